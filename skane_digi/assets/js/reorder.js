/* Rows moved by dragging their handle. The buttons Upp and Ner do the same from the keyboard. */

let dragged = null;

const listOf = (row) => row.closest("[data-reorder]");
const rowOf = (target) => target.closest?.("[data-row]");

/* Only a row that is held by its handle can be dragged, so that text can still be marked with the mouse. */
document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest?.("[data-handle]");
  if (handle) {
    rowOf(handle).draggable = true;
  }
});

document.addEventListener("dragstart", (event) => {
  const row = rowOf(event.target);
  if (!row?.draggable || event.target !== row) {
    return;
  }
  dragged = row;
  row.classList.add("is-dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", "");
});

/* The row that another would be put before: the first whose middle is below the pointer; none is last. */
function nextBelow(list, y) {
  return [...list.children].find((row) => {
    const box = row.getBoundingClientRect();
    return row !== dragged && y < box.top + box.height / 2;
  });
}

document.addEventListener("dragover", (event) => {
  const list = dragged && event.target.closest?.("[data-reorder]");
  if (!list || list !== listOf(dragged)) {
    return;
  }
  event.preventDefault();
  const next = nextBelow(list, event.clientY);
  if (next !== dragged.nextElementSibling || !next) {
    list.insertBefore(dragged, next ?? null);
  }
});

document.addEventListener("drop", (event) => {
  if (!dragged) {
    return;
  }
  event.preventDefault();
  const next = dragged.nextElementSibling;
  htmx.ajax("POST", dragged.dataset.move, {
    source: dragged,
    target: dragged.dataset.target,
    swap: "outerHTML",
    values: { fore: next ? next.dataset.row : 0 },
  });
});

document.addEventListener("dragend", () => {
  if (dragged) {
    dragged.classList.remove("is-dragged");
    dragged.draggable = false;
    dragged = null;
  }
});
