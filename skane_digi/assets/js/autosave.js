/* Saves each form marked data-autosave as one writes. What is typed is kept in the browser first and let go of only when
   the server has it: a lost network, a session that ran out or a closed window loses nothing. */

import { Drafts } from "./drafts.js";

const WAIT = 1200;
const RETRIES = [4_000, 10_000, 30_000];
const space = document.getElementById("arbetsyta");
const drafts = new Drafts(space.dataset.user);
const waiting = new WeakMap();
const sent = new WeakMap();
const failures = new WeakMap();
const UNSENT = new Set(["csrfmiddlewaretoken", "sett", "fran"]);
const clock = new Intl.DateTimeFormat("sv-SE", { hour: "2-digit", minute: "2-digit" });
const calendar = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short" });

const address = (form) => form.getAttribute("action");
const isBase = (name) => name === "base" || name.startsWith("base-");

/* The values of a form as text, and the digests of what they were written on top of. */
function contents(form) {
  const all = [...new FormData(form)].filter(([name]) => !UNSENT.has(name));
  return { values: all.filter(([name]) => !isBase(name)), bases: all.filter(([name]) => isBase(name)) };
}

const valuesOf = (form) => JSON.stringify(contents(form).values);

function note(form, text, ...buttons) {
  let line = form.querySelector(":scope > .save-note");
  if (!line) {
    line = document.createElement("p");
    line.className = "save-note";
    line.setAttribute("role", "status");
    form.append(line);
  }
  line.replaceChildren(text, ...buttons.flatMap((button) => [" ", button]));
  line.hidden = !text;
}

function button(words, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button button--small";
  made.textContent = words;
  made.addEventListener("click", action);
  return made;
}

/* Where a draft lies that was offered back and neither taken nor thrown away before one wrote something else. */
const earlier = (form) => `${address(form)}#tidigare`;

function keep(form) {
  const { values, bases } = contents(form);
  if (form.matches(".has-draft")) {
    form.classList.remove("has-draft");
    drafts.put(earlier(form), drafts.get(address(form)) ?? drafts.get(earlier(form)));
    drafts.remove(address(form));
  }
  const first = drafts.get(address(form));
  const kept = drafts.put(address(form), { values, bases: first?.bases ?? bases, at: Date.now() });
  if (!kept) {
    note(form, "Webbläsaren kan inte spara utkast. Stäng inte sidan förrän det står Sparat.");
  }
}

function save(form) {
  clearTimeout(waiting.get(form));
  waiting.delete(form);
  if (form.isConnected) {
    htmx.trigger(form, "spara");
  }
}

function saveSoon(form, wait = Number(form.dataset.autosaveDelay ?? WAIT)) {
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(save, wait, form));
}

const formOf = (target) => target.closest?.("form[data-autosave]");

function isDirty(form) {
  return form.dataset.saved !== valuesOf(form);
}

document.addEventListener("input", (event) => {
  const form = formOf(event.target);
  if (!form) {
    return;
  }
  grow(event.target);
  if (!isDirty(form)) {
    return;
  }
  keep(form);
  form.classList.add("is-unsaved");
  if (!form.querySelector("[data-collision]")) {
    note(form, "");
    saveSoon(form);
  }
});

document.addEventListener("change", (event) => {
  const form = formOf(event.target);
  if (form && event.target.matches("select, input[type=checkbox], input[type=radio]") && isDirty(form)) {
    saveSoon(form, 0);
  }
});

document.addEventListener("focusout", (event) => {
  const form = formOf(event.target);
  if (form && waiting.has(form) && !form.contains(event.relatedTarget)) {
    save(form);
  }
});

/* What the document prints on one line is saved by Enter; Ctrl+S saves wherever one is. */
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.isComposing && event.target.matches?.("textarea.edit__input")) {
    const form = formOf(event.target);
    if (form) {
      event.preventDefault();
      save(form);
    }
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "s") {
    const form = formOf(event.target);
    if (form) {
      event.preventDefault();
      save(form);
    }
  }
});

document.body.addEventListener("htmx:configRequest", (event) => {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  if (token && event.detail.verb !== "get") {
    // Signing in again in another tab gives a new token; the one in the form is then too old.
    event.detail.parameters.csrfmiddlewaretoken = token;
  }
});

document.body.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt;
  if (!form.matches("form[data-autosave]")) {
    return;
  }
  const isChoice = event.detail.requestConfig.parameters.sett !== undefined;
  if (form.querySelector("[data-collision]") && !isChoice) {
    event.preventDefault();
    return;
  }
  clearTimeout(waiting.get(form));
  waiting.delete(form);
  sent.set(event.detail.xhr, valuesOf(form));
  form.classList.add("is-saving");
});

document.body.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (!form.matches?.("form[data-autosave]") || !sent.has(event.detail.xhr)) {
    return;
  }
  form.classList.remove("is-saving");
  if (event.detail.successful) {
    arrived(form, sent.get(event.detail.xhr));
  } else if (event.detail.xhr.status === 0) {
    tryAgain(form, "Ingen kontakt med servern. Texten finns kvar i den här webbläsaren och sparas när kontakten är tillbaka.");
  } else if (![401, 409, 410, 422].includes(event.detail.xhr.status)) {
    tryAgain(form, `Servern kunde inte spara (fel ${event.detail.xhr.status}). Texten finns kvar i den här webbläsaren.`);
  }
});

/* In a long text the first difference is what one wants to see. */
document.body.addEventListener("htmx:afterSettle", (event) => {
  for (const text of event.detail.elt.querySelectorAll?.(".collision__text") ?? []) {
    const mark = text.querySelector("mark");
    text.scrollTop = mark ? mark.offsetTop - text.offsetTop - text.clientHeight / 3 : 0;
  }
});

function arrived(form, values) {
  failures.delete(form);
  form.dataset.saved = values;
  note(form, "");
  if (form.isConnected && valuesOf(form) !== values) {
    // More was typed meanwhile: it is written on top of what has just been saved.
    drafts.remove(address(form));
    keep(form);
    saveSoon(form);
    return;
  }
  form.classList.remove("is-unsaved");
  drafts.remove(address(form));
}

function tryAgain(form, words) {
  const count = failures.get(form) ?? 0;
  failures.set(form, count + 1);
  note(form, words, button("Försök nu", () => save(form)));
  saveSoon(form, RETRIES[Math.min(count, RETRIES.length - 1)]);
}

window.addEventListener("online", () => document.querySelectorAll("form[data-autosave].is-unsaved").forEach(save));

/* Back from the tab where one signed in again. */
window.addEventListener("focus", () => {
  for (const state of document.querySelectorAll("form[data-autosave].is-unsaved [data-signed-out]")) {
    save(state.closest("form"));
  }
});

/* Whoever leaves in the middle of a word has it sent along; only what could not be saved is worth a question. */
window.addEventListener("beforeunload", (event) => {
  const unsaved = [...document.querySelectorAll("form[data-autosave].is-unsaved")];
  if (unsaved.some((form) => failures.has(form) || form.querySelector("[data-collision]"))) {
    event.preventDefault();
  }
});

window.addEventListener("pagehide", () => {
  for (const form of document.querySelectorAll("form[data-autosave].is-unsaved")) {
    if (waiting.has(form) && !form.querySelector("[data-collision]")) {
      navigator.sendBeacon(address(form), new FormData(form));
    }
  }
});

/* Fields grow with what is written in them, also where the browser cannot do it by itself. */
function grow(field) {
  if (field.matches?.("textarea.edit__input:not([data-rich-text])") && !CSS.supports("field-sizing", "content")) {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
  }
}

/* A draft that did not reach the server last time is offered back. */
function offer(form) {
  const place = [address(form), earlier(form)].find((each) => drafts.get(each));
  if (!place) {
    return;
  }
  const draft = drafts.get(place);
  if (JSON.stringify(draft.values) === valuesOf(form)) {
    drafts.remove(place);
    return;
  }
  const when = new Date(draft.at);
  const time = when.toDateString() === new Date().toDateString() ? clock.format(when) : calendar.format(when);
  const typed = document.createElement("span");
  typed.className = "save-note__draft";
  typed.textContent = words(draft.values);
  note(
    form,
    `Osparad text från ${time} finns kvar i den här webbläsaren: `,
    typed,
    button("Ta tillbaka texten", () => {
      drafts.remove(place);
      drafts.put(address(form), draft);
      takeBack(form, draft);
    }),
    button("Kasta den", () => {
      drafts.remove(place);
      form.classList.remove("has-draft");
      note(form, "");
    }),
  );
  form.classList.add("has-draft");
}

function words(values) {
  const text = values.map(([, value]) => value.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ").trim()).join(", ");
  return text.length > 160 ? `”${text.slice(0, 159)}…”` : `”${text}”`;
}

function takeBack(form, draft) {
  for (const [name, value] of [...draft.values, ...draft.bases]) {
    const field = form.elements.namedItem(name);
    if (field) {
      field.value = value;
      field.dispatchEvent(new CustomEvent("text-set", { bubbles: true }));
      grow(field);
    }
  }
  note(form, "");
  form.classList.remove("has-draft");
  form.classList.add("is-unsaved");
  save(form);
  form.querySelector(".ProseMirror, .edit__input")?.focus();
}

/* The other's text is taken: what was one's own is no longer wanted. */
document.addEventListener("click", (event) => {
  const form = event.target.closest?.("[data-discard-draft]") && formOf(event.target);
  if (form) {
    drafts.remove(address(form));
    form.classList.remove("is-unsaved");
  }
});

function isWrittenIn(field) {
  return field.defaultValue !== undefined && field.value !== field.defaultValue && !isBase(field.name);
}

function prepare(root) {
  const forms = [...(root.matches?.("form[data-autosave]") ? [root] : []), ...root.querySelectorAll("form[data-autosave]")];
  for (const form of forms) {
    if (form.dataset.saved === undefined) {
      // Somebody may have begun to write before this file had come: that is not saved.
      const early = [...form.elements].find(isWrittenIn);
      form.dataset.saved = early ? "" : valuesOf(form);
      form.querySelectorAll("textarea.edit__input").forEach(grow);
      if (early) {
        early.dispatchEvent(new Event("input", { bubbles: true }));
      } else {
        offer(form);
      }
    }
  }
}

drafts.forgetOld(Date.now());
document.documentElement.classList.add("has-script");
htmx.onLoad(prepare);
