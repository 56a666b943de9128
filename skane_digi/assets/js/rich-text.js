/* Running text written as it will be read: paragraph, sub-heading, list, emphasis and link, and nothing else.
   The editor comes with django-prose-editor; what a paste from Word holds beyond that is dropped on the way in. */

import { fromWord } from "./word-paste.js";

const module = document.querySelector("[data-editor-module]").dataset.editorModule;
let library;

const ITEMS = [
  ["Stycke", "p", (chain) => chain.setParagraph(), (editor) => editor.isActive("paragraph") && !editor.isActive("listItem")],
  ["Underrubrik", "h", (chain) => chain.toggleHeading({ level: 3 }), (editor) => editor.isActive("heading")],
  ["Punkter", "ul", (chain) => chain.toggleBulletList(), (editor) => editor.isActive("bulletList")],
  ["Nummer", "ol", (chain) => chain.toggleOrderedList(), (editor) => editor.isActive("orderedList")],
  ["Kursiv", "em", (chain) => chain.toggleItalic(), (editor) => editor.isActive("italic")],
  ["Fet", "strong", (chain) => chain.toggleBold(), (editor) => editor.isActive("bold")],
];

function extensions(hint) {
  const { Document, Paragraph, Text, Heading, BulletList, OrderedList, ListItem, Bold, Italic, HardBreak } = library;
  const { Link, Placeholder, History, Gapcursor } = library;
  return [
    Document,
    Paragraph,
    Text,
    Heading.configure({ levels: [3, 4] }),
    BulletList,
    OrderedList,
    ListItem,
    Bold,
    Italic,
    HardBreak,
    History,
    Gapcursor,
    Link.configure({ openOnClick: false, enableTarget: false }),
    Placeholder.configure({ placeholder: hint }),
  ].filter(Boolean);
}

async function attach(textarea) {
  library ??= await import(module);
  if (!textarea.isConnected || textarea.closest(".rich-text")) {
    return;
  }
  const box = document.createElement("div");
  box.className = "rich-text";
  textarea.before(box);
  const rail = document.createElement("div");
  rail.className = "rich-text__bar";
  const bar = document.createElement("div");
  bar.className = "rich-text__tools";
  rail.append(bar);
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", `Form på texten: ${textarea.getAttribute("aria-label")}`);
  const place = document.createElement("div");
  place.className = "rich-text__text doc-text";
  box.append(rail, place, textarea);
  textarea.hidden = true;
  const editor = new library.Editor({
    element: place,
    injectCSS: false,
    extensions: extensions(textarea.dataset.hint),
    content: textarea.value,
    editorProps: {
      attributes: {
        role: "textbox",
        "aria-multiline": "true",
        "aria-label": textarea.getAttribute("aria-label"),
        lang: "sv",
      },
      transformPastedHTML: fromWord,
    },
    onUpdate: () => write(editor, textarea),
  });
  textarea.addEventListener("text-set", () => editor.commands.setContent(textarea.value, { emitUpdate: false }));
  bar.append(...ITEMS.map((item) => barButton(editor, ...item)), linkButton(editor, box));
  oneStop(bar);
  textarea.form.dataset.richText = "klar";
}

/* An empty document is no text at all. */
function write(editor, textarea) {
  textarea.value = editor.isEmpty ? "" : editor.getHTML();
  textarea.dispatchEvent(new Event("input", { bubbles: true }));
}

function barButton(editor, words, key, command, isOn) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = words;
  button.dataset.form = key;
  button.addEventListener("click", () => command(editor.chain().focus()).run());
  editor.on("transaction", () => button.setAttribute("aria-pressed", String(Boolean(isOn(editor)))));
  button.setAttribute("aria-pressed", "false");
  return button;
}

/* The address of a link is written in a line of its own below the bar, so that no window covers the text. */
function linkButton(editor, box) {
  const button = barButton(editor, "Länk", "a", (chain) => chain, (at) => at.isActive("link"));
  const line = document.createElement("div");
  line.className = "rich-text__link";
  line.hidden = true;
  const label = document.createElement("label");
  const input = document.createElement("input");
  input.type = "url";
  input.id = `lank-${Math.random().toString(36).slice(2)}`;
  input.placeholder = "https://";
  label.htmlFor = input.id;
  label.textContent = "Adress";
  const set = document.createElement("button");
  set.type = "button";
  set.textContent = "Länka";
  const remove = document.createElement("button");
  remove.type = "button";
  remove.textContent = "Ta bort länken";
  line.append(label, input, set, remove);
  box.querySelector(".rich-text__bar").after(line);
  const close = () => {
    line.hidden = true;
    button.setAttribute("aria-expanded", "false");
    editor.commands.focus();
  };
  const apply = () => {
    const href = input.value.trim();
    if (!/^(https?:\/\/|mailto:)\S+$/i.test(href)) {
      input.setCustomValidity("Skriv en adress som börjar med https:// eller mailto:.");
      input.reportValidity();
      return;
    }
    const chain = editor.chain().focus().extendMarkRange("link");
    if (editor.state.selection.empty && !editor.isActive("link")) {
      chain.insertContent({ type: "text", text: href, marks: [{ type: "link", attrs: { href } }] }).run();
    } else {
      chain.setLink({ href }).run();
    }
    close();
  };
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => {
    line.hidden = !line.hidden;
    button.setAttribute("aria-expanded", String(!line.hidden));
    input.value = editor.getAttributes("link").href ?? "";
    (line.hidden ? editor.commands : input).focus();
  });
  input.addEventListener("input", (event) => {
    input.setCustomValidity("");
    event.stopPropagation();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      apply();
    } else if (event.key === "Escape") {
      close();
    }
  });
  set.addEventListener("click", apply);
  remove.addEventListener("click", () => {
    editor.chain().focus().extendMarkRange("link").unsetLink().run();
    close();
  });
  return button;
}

/* A toolbar is one stop for Tab; the arrows go between its buttons. */
function oneStop(bar) {
  const buttons = [...bar.querySelectorAll("button")];
  buttons.forEach((button, place) => {
    button.tabIndex = place ? -1 : 0;
    button.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) {
        event.preventDefault();
        const next = buttons[(place + step + buttons.length) % buttons.length];
        buttons.forEach((other) => (other.tabIndex = other === next ? 0 : -1));
        next.focus();
      }
    });
  });
}

htmx.onLoad((root) => {
  const texts = [...(root.matches?.("textarea[data-rich-text]") ? [root] : []), ...root.querySelectorAll("textarea[data-rich-text]")];
  texts.forEach(attach);
});
