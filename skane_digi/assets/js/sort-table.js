/* Sorts a table in place. Without this file the same links ask the server for the sorted page. */

const swedish = new Intl.Collator("sv");

function compare(one, other) {
  const first = Number(one);
  const second = Number(other);
  return Number.isNaN(first) || Number.isNaN(second) ? swedish.compare(one, other) : first - second;
}

function value(row, column) {
  return row.cells[column].dataset.value;
}

function nextDirection(head) {
  const now = head.getAttribute("aria-sort");
  if (now) {
    return now === "ascending" ? "descending" : "ascending";
  }
  return head.dataset.first;
}

function pointOnward(table) {
  for (const head of table.tHead.rows[0].cells) {
    const link = head.querySelector("a");
    const address = new URL(link.href);
    address.searchParams.set("riktning", nextDirection(head) === "descending" ? "fallande" : "stigande");
    link.href = address.href;
  }
}

function sortBy(table, head, status) {
  const direction = nextDirection(head);
  const sign = direction === "descending" ? -1 : 1;
  const body = table.querySelector("[data-sort-rows]");
  const rows = [...body.rows];
  rows.sort((one, other) => swedish.compare(value(one, 0), value(other, 0)));
  rows.sort((one, other) => sign * compare(value(one, head.cellIndex), value(other, head.cellIndex)));
  body.append(...rows);
  for (const other of head.parentElement.cells) {
    other.removeAttribute("aria-sort");
  }
  history.replaceState(null, "", head.querySelector("a").href);
  head.setAttribute("aria-sort", direction);
  pointOnward(table);
  const words = direction === "descending" ? "fallande" : "stigande";
  status.textContent = `Sorterat efter ${head.textContent.trim().toLowerCase()}, ${words}.`;
}

for (const table of document.querySelectorAll("[data-sort-table]")) {
  const status = document.querySelector("[data-sort-status]");
  table.tHead.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) {
      return;
    }
    event.preventDefault();
    sortBy(table, link.closest("th"), status);
  });
}
