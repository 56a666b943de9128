/* Names for those who listen: Django's pages leave combo boxes and some heads of tables without one. */

(() => {
  const HEAD_WORDS = { original: "Rad" };

  function nameComboBoxes(root) {
    for (const select of root.querySelectorAll("select.admin-autocomplete")) {
      const label = document.querySelector(`label[for="${select.id}"]`);
      const combo = select.parentElement.querySelector(".select2-selection");
      const rendered = combo?.querySelector(".select2-selection__rendered");
      if (!rendered) {
        continue;
      }
      const name = (label ?? select.closest("td, .form-row"))?.textContent.trim().replace(/:$/, "") || select.name;
      const head = select.closest("td") && headOf(select.closest("td"));
      combo.removeAttribute("aria-labelledby");
      rendered.setAttribute("role", "presentation");
      rendered.removeAttribute("aria-readonly");
      combo.setAttribute("aria-label", `${head || name}: ${rendered.textContent.trim() || "inget valt"}`);
    }
  }

  function headOf(cell) {
    const heads = cell.closest("table")?.querySelectorAll("thead th");
    return heads?.[cell.cellIndex]?.textContent.trim();
  }

  function nameEmptyHeads(root) {
    for (const head of root.querySelectorAll("thead th")) {
      if (!head.textContent.trim() && !head.children.length) {
        const word = document.createElement("span");
        word.className = "visually-hidden";
        word.textContent = HEAD_WORDS[head.className] ?? "Åtgärd";
        head.append(word);
      }
    }
  }

  function name(root) {
    nameEmptyHeads(root);
    nameComboBoxes(root);
  }

  window.addEventListener("load", () => {
    const jQuery = window.django?.jQuery;
    // On a slow machine the boxes come after the page: this waits its turn behind them.
    jQuery ? jQuery(() => name(document)) : name(document);
    jQuery?.(document).on("select2:select select2:unselect select2:close", () => nameComboBoxes(document));
    document.addEventListener("formset:added", (event) => setTimeout(() => name(event.target)));
  });
})();
