// A mistake leads to its line in the text; without a script, to the text.
const text = document.getElementById("yaml");
for (const link of document.querySelectorAll("[data-line]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const lines = text.value.split("\n");
    const at = Math.min(Number(link.dataset.line), lines.length) - 1;
    const start = lines.slice(0, at).reduce((length, line) => length + line.length + 1, 0);
    text.focus();
    text.setSelectionRange(start, start + lines[at].length);
    text.scrollTop = (at - 2) * parseFloat(getComputedStyle(text).lineHeight);
  });
}
