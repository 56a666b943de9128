/* Keys and figures in the budget's table. What is saved, and when, is autosave.js's business; what it comes to, the server's. */

const amounts = (root) => root.querySelectorAll(".cell__amount");
const cellOf = (target) => target.closest?.("form[data-cell]");
const SPACES = /[\s\u00a0\u202f]/g;
const NUMBER = /^\d+(?:[.,]\d{1,2})?$/;

/* While it is written in, an amount has no spaces: a digit put in the middle must not make the groups wrong. */
function ungroup(input) {
  const bare = input.value.replace(SPACES, "");
  if (NUMBER.test(bare)) {
    input.value = bare;
  }
}

function group(input) {
  const bare = input.value.replace(SPACES, "");
  if (NUMBER.test(bare)) {
    const [whole, rest] = bare.split(/[.,]/);
    const grouped = whole.replace(/^0+(?=\d)/, "").replace(/\B(?=(?:\d{3})+$)/g, "\u202f");
    input.value = rest ? `${grouped},${rest.padEnd(2, "0")}` : grouped;
  }
}

const isBusy = (form) => form.matches(".is-unsaved, .is-saving, .has-draft") || form.querySelector("[data-collision], .save-state--refused");
const isHere = (form) => form.contains(document.activeElement);

document.addEventListener("focusin", (event) => {
  if (event.target.matches?.(".cell__amount")) {
    ungroup(event.target);
    event.target.select();
  }
});

/* An amount that is saved, and that nobody stands in, is shown in groups. */
function groupLeft(form) {
  if (!isBusy(form)) {
    [...amounts(form)].filter((input) => input !== document.activeElement).forEach(group);
  }
}

document.addEventListener("focusout", (event) => {
  const form = cellOf(event.target);
  if (form) {
    setTimeout(groupLeft, 0, form); // only then is it known where the keyboard has gone
  }
});

document.body.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (!event.detail.successful || !form.matches?.("form[data-cell]")) {
    return;
  }
  tell(form);
  groupLeft(form);
});

/* When it was saved stands once, above the figures; the cell itself has room for no more than a tick. */
function tell(form) {
  const place = document.getElementById("senast-sparat");
  const words = form.querySelector(".save-state--saved p")?.textContent;
  if (place && words) {
    place.textContent = words;
  }
}

/* Up, down and Enter go to the same column in the next row; a list of notes keeps its own arrows. */
const STEPS = { ArrowUp: -1, ArrowDown: 1, Enter: 1 };

document.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  const table = step && event.target.matches?.(".cell__amount") && event.target.closest("table");
  if (!table || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  event.preventDefault();
  const column = event.target.closest("td").cellIndex;
  const rows = [...table.rows].map((row) => row.cells[column]?.querySelector(".cell__amount")).filter(Boolean);
  rows[rows.indexOf(event.target) + step]?.focus();
  if (event.key === "Enter" && document.activeElement === event.target) {
    cellOf(event.target).requestSubmit();
  }
});

/* Figures have come: cells that somebody else has changed are fetched again, and never one that is being written in. */
const state = (form) => ["base-amount", "base-note"].map((name) => form.elements.namedItem(name)?.value).join(" ");

function reconcile(place) {
  const saved = JSON.parse(place.dataset.cells);
  const forms = [...document.querySelectorAll("form[data-cell]")];
  const known = new Set(forms.map((form) => form.getAttribute("action")));
  for (const form of forms) {
    const address = form.getAttribute("action");
    if (state(form) !== (saved[address] ?? place.dataset.blank) && !isBusy(form) && !isHere(form)) {
      htmx.ajax("GET", address, { target: form, swap: "outerHTML", source: form });
    }
  }
  if (Object.keys(saved).some((address) => !known.has(address))) {
    offerNewTable();
  }
}

function offerNewTable() {
  const notice = document.getElementById("besked");
  if (notice.querySelector("[data-reload]")) {
    return;
  }
  const text = document.createElement("p");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--small";
  button.dataset.reload = "";
  button.textContent = "Visa tabellen som den är nu";
  button.addEventListener("click", () => location.reload());
  text.append("Någon annan har delat upp ett belopp eller bytt namn på en del. ", button);
  notice.replaceChildren(text);
}

function say(words) {
  const spoken = document.getElementById("summor-i-ord");
  if (spoken && spoken.textContent !== words) {
    spoken.textContent = words;
  }
}

document.body.addEventListener("htmx:oobAfterSwap", (event) => {
  const place = document.getElementById("cellernas-lage");
  if (event.detail.target.id === "cellernas-lage" && place) {
    say(place.dataset.words);
    reconcile(place);
  }
});
