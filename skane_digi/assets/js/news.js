/* What colleagues save meanwhile. A field that nobody writes in here shows the new text; one that is being written in says
   that there is another, and keeps its own. */

const EVERY = 10_000;
const space = document.getElementById("arbetsyta");
const told = document.getElementById("nytt-av-andra");
const clock = new Intl.DateTimeFormat("sv-SE", { hour: "2-digit", minute: "2-digit" });
let since = null;
let timer;

function isInUse(form) {
  return form.contains(document.activeElement) || form.matches(".is-unsaved, .is-saving, .has-draft") || form.querySelector("[data-collision]");
}

function mark(form, words) {
  const line = form.querySelector(":scope > .news-note") ?? document.createElement("p");
  line.className = "news-note";
  line.setAttribute("role", "status");
  line.textContent = words;
  form.append(line);
}

async function show({ form: id, who, at }) {
  const form = document.getElementById(id);
  if (!form) {
    return;
  }
  const when = clock.format(new Date(at));
  if (isInUse(form)) {
    mark(form, `${who} sparade en annan text här ${when}. När du sparar får du se båda.`);
    return;
  }
  await htmx.ajax("GET", form.getAttribute("action"), { source: form, target: form, swap: "outerHTML" });
  const fresh = document.getElementById(id);
  if (fresh) {
    mark(fresh, `Ändrat av ${who} ${when}.`);
  }
}

function tellOfRows(people) {
  const line = document.createElement("p");
  const again = document.createElement("a");
  again.href = location.href.split("#")[0];
  again.textContent = "Läs in sidan igen";
  line.append(`${people.join(" och ")} har lagt till, flyttat eller tagit bort något i planen. `, again, ".");
  told.replaceChildren(line);
}

async function ask() {
  clearTimeout(timer);
  if (!document.hidden) {
    const address = since === null ? space.dataset.news : `${space.dataset.news}?sedan=${since}`;
    const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (answer?.ok) {
      const news = await answer.json();
      const isFirst = since === null;
      since = news.number;
      if (!isFirst && (news.fields.length || news.others.length)) {
        news.fields.forEach(show);
        if (news.others.length) {
          tellOfRows(news.others);
        }
        htmx.trigger(document.body, "plan-changed");
      }
    } else if (answer && [401, 404].includes(answer.status)) {
      return;
    }
  }
  timer = setTimeout(ask, EVERY);
}

document.addEventListener("visibilitychange", () => document.hidden || ask());
ask();
