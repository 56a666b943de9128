/* The workspace around its fields: the page as it will print, the panel beside, menus, and where the keyboard is. */

const PAGE_WIDTH = 794; // A4 at 96 dots an inch
const space = document.getElementById("arbetsyta");
const panel = document.getElementById("sidopanel");
let opener = null;

/* The page as it will print, as wide as there is room for. */
function fit(frame) {
  const page = frame.contentDocument?.documentElement;
  if (page) {
    page.style.zoom = frame.clientWidth / PAGE_WIDTH;
  }
}

async function printAnew(frame) {
  const answer = await fetch(frame.src, { headers: { Accept: "text/html" } }).catch(() => null);
  const main = frame.contentDocument?.querySelector("main");
  if (!answer?.ok || !main) {
    return;
  }
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
  if (fresh) {
    main.replaceChildren(...frame.contentDocument.importNode(fresh, true).childNodes);
  }
}

for (const frame of document.querySelectorAll(".preview__page")) {
  let later;
  frame.addEventListener("load", () => fit(frame));
  new ResizeObserver(() => fit(frame)).observe(frame);
  fit(frame);
  document.body.addEventListener("plan-changed", () => {
    clearTimeout(later);
    later = setTimeout(printAnew, 300, frame);
  });
}

/* A panel takes the keyboard when it opens and gives it back when it closes. */
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[hx-target='#sidopanel']");
  if (link && !panel.contains(link)) {
    opener = link.closest("details")?.querySelector("summary") ?? link;
  }
  if (event.target.closest?.("[data-close-panel]")) {
    event.preventDefault();
    closePanel();
  }
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) {
      menu.open = false;
    }
  }
});

function closePanel() {
  panel.replaceChildren();
  space.classList.remove("has-panel");
  (opener?.isConnected ? opener : document.getElementById("innehall")).focus();
}

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === panel || panel.contains(event.detail.target)) {
    const isOpen = panel.childElementCount > 0;
    const wasOpen = space.classList.contains("has-panel");
    space.classList.toggle("has-panel", isOpen);
    if (isOpen && (!wasOpen || event.detail.target === panel)) {
      document.querySelectorAll("details[data-menu][open]").forEach((menu) => (menu.open = false));
      const first = panel.querySelector("[data-panel-focus], h2, h3");
      first?.setAttribute("tabindex", "-1");
      first?.focus();
    }
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") {
    return;
  }
  const menu = event.target.closest?.("details[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (panel.contains(event.target)) {
    closePanel();
  }
});

/* A button that cannot do more where it is keeps the keyboard, and does nothing. */
document.addEventListener(
  "click",
  (event) => {
    if (event.target.closest?.("[aria-disabled='true']")) {
      event.preventDefault();
      event.stopPropagation();
    }
  },
  true,
);

document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt.matches?.("form[data-autosave]")) {
    return;
  }
  if (event.detail.xhr.status === 0) {
    tell("Ingen kontakt med servern. Ingenting är ändrat. Försök igen om en stund.");
  } else if (event.detail.xhr.status >= 400 && ![401, 409, 410, 422].includes(event.detail.xhr.status)) {
    tell(`Servern svarade med fel ${event.detail.xhr.status}. Ingenting är ändrat. Läs in sidan igen och försök på nytt.`);
  }
});

/* On the way to another page nothing more is sent than what is being written: a second click would do it twice. */
const LEAVES = ["HX-Redirect", "HX-Refresh"];
let isLeaving = false;

document.body.addEventListener("htmx:afterRequest", (event) => {
  if (LEAVES.some((name) => event.detail.xhr.getResponseHeader(name))) {
    isLeaving = true;
    setTimeout(() => (isLeaving = false), 5_000); // should the way be closed
  }
});

document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (isLeaving && !event.detail.elt.matches?.("form[data-autosave]")) {
    event.preventDefault();
  }
});

function tell(words) {
  const line = document.createElement("p");
  line.textContent = words;
  document.getElementById("besked").replaceChildren(line);
}

/* After a change the keyboard is where it was: in the line that adds, or on the button that moves, its menu open. */
let stayAt = null;

document.body.addEventListener("htmx:beforeSwap", (event) => {
  const source = event.detail.requestConfig.elt;
  const button = document.activeElement;
  if (event.detail.xhr.status >= 300) {
    stayAt = null;
  } else if (source.matches?.("form[data-add]")) {
    stayAt = source.querySelector(".edit__input").id;
  } else if (source.contains(button) && button.closest("details[data-menu]") && button.id) {
    stayAt = button.id;
  }
});

document.body.addEventListener("htmx:afterSettle", () => {
  const place = stayAt && document.getElementById(stayAt);
  stayAt = null;
  const menu = place?.closest("details[data-menu]");
  if (menu) {
    menu.open = true;
  }
  place?.focus();
});

/* What has happened is told for a while. What can be undone later stands on the page and in the history. */
const TOLD_FOR = 20_000;
let told;
new MutationObserver(() => {
  clearTimeout(told);
  told = setTimeout(() => {
    const notice = document.getElementById("besked");
    if (!notice.contains(document.activeElement) && !notice.matches(":hover")) {
      notice.replaceChildren();
    }
  }, TOLD_FOR);
}).observe(space, { childList: true, subtree: false });
