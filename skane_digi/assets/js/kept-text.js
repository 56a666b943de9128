/* The one text of a form that is sent whole (a new row, a comment, an answer to a referral), kept in this browser until
   it has arrived. Fields that are saved as one writes are autosave.js's business. */

import { Drafts } from "./drafts.js";

const FORMS = "form[data-add], form[data-keep]";
const clock = new Intl.DateTimeFormat("sv-SE", { hour: "2-digit", minute: "2-digit" });
const reader = document.querySelector("[data-user]")?.dataset.user;
const drafts = new Drafts(reader ?? "okand");

const textOf = (form) => form.elements.namedItem("text");
const plain = (text) => text.replace(/\r\n/g, "\n").trim();

/* A form for comments has one address for all it can be about; what it is about stands in its hidden fields. */
function keyOf(form) {
  const hidden = [...form.querySelectorAll("input[type=hidden]")].filter(({ name }) => !["csrfmiddlewaretoken", "fran", "base"].includes(name));
  return [form.getAttribute("action"), ...hidden.map(({ name, value }) => `${name}=${value}`)].join(" ");
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.matches(FORMS) && event.target === textOf(form)) {
    const text = event.target.value;
    plain(text) ? drafts.put(keyOf(form), { text, at: Date.now() }) : drafts.remove(keyOf(form));
  }
});

document.body.addEventListener("htmx:beforeSwap", (event) => {
  const form = event.detail.requestConfig.elt;
  if (form.matches?.(FORMS) && event.detail.xhr.status < 300) {
    drafts.remove(keyOf(form));
  }
});

/* Somebody may have begun to write before this file had come. */
function keepWhatIsThere(form) {
  const field = textOf(form);
  if (field && field.value !== field.defaultValue) {
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/* What the server holds already has arrived; anything else is put back, and can be thrown away. */
function putBack(form) {
  const draft = drafts.get(keyOf(form));
  const field = textOf(form);
  if (!draft?.text || !field) {
    return;
  }
  if (plain(draft.text) === plain(field.defaultValue)) {
    if (!form.querySelector(".field__error, .form-error, [aria-invalid]")) {
      drafts.remove(keyOf(form));
    }
    return;
  }
  if (field.value === draft.text) {
    return; // it is being written right now
  }
  const held = field.defaultValue;
  field.value = draft.text;
  form.closest("details")?.setAttribute("open", "");
  if (form.matches("[data-keep]")) {
    tell(form, field, held, draft.at);
  }
}

function tell(form, field, held, at) {
  const line = document.createElement("p");
  line.className = "kept-note";
  line.setAttribute("role", "status");
  const away = document.createElement("button");
  away.type = "button";
  away.className = "button button--small";
  away.textContent = "Kasta det";
  away.addEventListener("click", () => {
    drafts.remove(keyOf(form));
    field.value = held;
    line.remove();
    field.focus();
  });
  line.append(`Det du skrev ${clock.format(new Date(at))} är inte skickat än. `, away);
  field.after(line);
}

function prepare(root) {
  [...(root.matches?.(FORMS) ? [root] : []), ...(root.querySelectorAll?.(FORMS) ?? [])].forEach((form) => {
    keepWhatIsThere(form);
    putBack(form);
  });
}

if (window.htmx) {
  htmx.onLoad(prepare);
} else {
  prepare(document);
}
