/* What is left of a share while amounts are typed. The server counts again when it is saved. */

const THOUSANDS = /\B(?=(\d{3})+(?!\d))/g;

/* Whole öre of an amount as people write it; null for what is not one. */
function oreOf(text) {
  const written = text.replace(/\s|kr$/gi, "").replace(",", ".");
  if (written === "") {
    return 0;
  }
  return /^\d{1,12}(\.\d{1,2})?$/.test(written) ? Math.round(Number(written) * 100) : null;
}

function inKronor(ore) {
  const [kronor, rest] = [Math.floor(Math.abs(ore) / 100), Math.abs(ore) % 100];
  const grouped = String(kronor).replace(THOUSANDS, "\u202f");
  return `${ore < 0 ? "\u2212" : ""}${grouped}${rest ? `,${String(rest).padStart(2, "0")}` : ""}\u00a0kr`;
}

function follow(form) {
  const left = form.querySelector("[data-left]");
  const amounts = [...form.querySelectorAll("input[name$=-amount]")];
  const show = () => {
    const typed = amounts.map((field) => oreOf(field.value));
    if (typed.includes(null)) {
      left.textContent = "ett av beloppen går inte att läsa";
      return;
    }
    const rest = Number(form.dataset.available) - typed.reduce((sum, ore) => sum + ore, 0);
    left.textContent = inKronor(rest);
    left.classList.toggle("disagrees", rest < 0);
  };
  form.addEventListener("input", show);
  show();
}

document.querySelectorAll("form[data-available]").forEach(follow);
