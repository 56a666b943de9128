/* Forms that are sent once, and a file that is told off before it is sent. The server checks both again. */

const MEGABYTE = 1024 * 1024;

/* A second press while the first is on its way does nothing; the button says what is going on. */
function sendOnce(form) {
  const button = form.querySelector("button[type=submit]");
  const label = button.textContent;
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    button.setAttribute("aria-disabled", "true");
    button.textContent = form.dataset.once;
  });
  window.addEventListener("pageshow", () => {
    delete form.dataset.sent;
    button.removeAttribute("aria-disabled");
    button.textContent = label;
  });
}

function faultOf(file, largest) {
  if (file && file.type !== "application/pdf" && !file.name.toLowerCase().endsWith(".pdf")) {
    return `${file.name} är ingen PDF. Spara protokollsutdraget som PDF och välj det.`;
  }
  return file && file.size > largest ? `${file.name} är större än ${Math.floor(largest / MEGABYTE)} MB. Välj en mindre fil.` : "";
}

function takeFile(field) {
  const box = field.closest(".drop-file");
  const fault = box.querySelector("[data-file-fault]");
  const over = (isOver) => box.classList.toggle("drop-file--over", isOver);
  field.addEventListener("change", () => {
    fault.textContent = faultOf(field.files[0], Number(field.dataset.largest));
  });
  field.addEventListener("dragenter", () => over(true));
  ["dragleave", "drop"].forEach((name) => field.addEventListener(name, () => over(false)));
}

document.querySelectorAll("form[data-once]").forEach(sendOnce);
document.querySelectorAll(".drop-file input[type=file]").forEach(takeFile);
