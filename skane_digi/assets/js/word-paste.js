/* Word's own lists and headings as those of the document. Everything else is left to the editor, which keeps only what
   the document can carry. */

const HEADINGS = { H1: "h3", H2: "h3", H5: "h4", H6: "h4" };
const NUMBERED = /^\s*(?:\d+|[a-zåäö]|[ivx]+)[.)]/i;

function rename(element, tag) {
  const renamed = document.createElement(tag);
  renamed.append(...element.childNodes);
  element.replaceWith(renamed);
}

/* Word writes a list as paragraphs in a row, each with its level in a style and its mark as text. */
function levelOf(paragraph) {
  const style = paragraph.getAttribute("data-style") ?? "";
  const level = style.match(/mso-list:[^;"]*level(\d+)/i)?.[1];
  return level ? Number(level) : /MsoListParagraph/i.test(paragraph.className) && hasMark(paragraph) ? 1 : 0;
}

const markOf = (paragraph) =>
  [...paragraph.querySelectorAll("span")].find((span) => /mso-list:\s*ignore/i.test(span.getAttribute("data-style") ?? ""));

const hasMark = (paragraph) => Boolean(markOf(paragraph)) || /^\s*[·•§o▪–-]\s/.test(paragraph.textContent);

function asLists(body) {
  const stack = [];
  for (const paragraph of [...body.querySelectorAll("p")]) {
    const level = levelOf(paragraph);
    const follows = stack.length && paragraph.previousElementSibling === stack[0].list;
    if (!level) {
      stack.length = 0;
      continue;
    }
    if (!follows) {
      stack.length = 0;
    }
    const mark = markOf(paragraph);
    const tag = NUMBERED.test((mark ?? paragraph).textContent) ? "ol" : "ul";
    mark?.remove();
    const item = document.createElement("li");
    const text = document.createElement("p");
    text.append(...paragraph.childNodes);
    text.firstChild?.nodeType === Node.TEXT_NODE && (text.firstChild.data = text.firstChild.data.replace(/^\s*[·•§▪]\s*/, ""));
    item.append(text);
    while (stack.length && stack.at(-1).level > level) {
      stack.pop();
    }
    if (!stack.length || stack.at(-1).level < level) {
      const list = document.createElement(tag);
      if (stack.length) {
        stack.at(-1).list.lastElementChild.append(list);
      } else {
        paragraph.before(list);
      }
      stack.push({ level, list });
    }
    stack.at(-1).list.append(item);
    paragraph.remove();
  }
}

/* Styles are read as data: the page's own policy lets no pasted style be one. */
function withoutStyles(html) {
  return html.replace(/<style[\s\S]*?<\/style>/gi, "").replace(/\sstyle\s*=/gi, " data-style=");
}

export function fromWord(html) {
  const pasted = new DOMParser().parseFromString(withoutStyles(html), "text/html");
  pasted.querySelectorAll("script, meta, link, xml, title, img").forEach((element) => element.remove());
  for (const [from, to] of Object.entries(HEADINGS)) {
    pasted.querySelectorAll(from).forEach((element) => rename(element, to));
  }
  asLists(pasted.body);
  // Paragraphs with nothing in them are Word's way to make room.
  pasted.querySelectorAll("p").forEach((element) => {
    if (!element.textContent.replace(/\u00a0/g, " ").trim()) {
      element.remove();
    }
  });
  return pasted.body.innerHTML;
}
