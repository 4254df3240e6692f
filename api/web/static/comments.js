// Keys: moving between comments and clauses, and corrections in two keystrokes, the kind and the value. They are keys of
// the list: nothing happens while the focus is outside it or in a field.
const LETTERS = { s: 1, p: 1, t: 1, c: 1, w: 1 };
let place = null; // {comment, clause}: what is being corrected
let group = null; // the key of the kind of correction that was pressed
let waiting = null; // the key of a value that was pressed before the panel was there

const list = () => document.querySelector("[data-keys]");
const panel = () => document.querySelector("#correction .panel");
const comments = () => [...document.querySelectorAll("article.comment")];
const clauses = (comment) => [...comment.querySelectorAll("a.clause")];
const current = () => document.activeElement.closest("article.comment") ?? (place && document.getElementById(place.comment));

function choose(clause) {
  for (const other of document.querySelectorAll(".clause.current")) other.classList.remove("current");
  clause?.classList.add("current");
}

function move(step) {
  const all = comments();
  const next = all[Math.min(Math.max(all.indexOf(current()) + step, 0), all.length - 1)];
  if (!next) return;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  choose(clauses(next)[0]);
}

function moveClause(step) {
  const all = clauses(current() ?? comments()[0] ?? document.body);
  const at = all.findIndex((clause) => clause.classList.contains("current"));
  choose(all[Math.min(Math.max(at + step, 0), all.length - 1)]);
}

function activate() {
  for (const form of panel()?.querySelectorAll("form[data-key]") ?? []) {
    form.classList.toggle("active", form.dataset.key === group);
    if (form.dataset.key === group) form.scrollIntoView({ block: "nearest" });
  }
}

function open(key) {
  const comment = current();
  if (panel() && (!comment || panel().contains(document.activeElement))) { group = key; return activate(); }
  const clause = comment?.querySelector(".clause.current") ?? comment?.querySelector("a.clause.marked");
  const link = clause ?? comment?.querySelector("a.correct");
  if (!link) return;
  group = key;
  place = { comment: comment.id, clause: clause?.dataset.clause };
  const shown = panel();
  if (shown && `comment-${shown.dataset.comment}` === comment.id && (!clause || shown.dataset.clause === clause.dataset.clause)) return activate();
  link.click();
}

function press(key) {
  const shown = panel();
  const matches = shown && place && `comment-${shown.dataset.comment}` === place.comment && (!place.clause || place.clause === shown.dataset.clause);
  if (place && !matches) { waiting = key; return; } // it is being loaded
  const button = shown?.querySelector(`form[data-key="${group}"] button[data-key="${key}"]:not([hidden])`);
  if (!button) return;
  group = null;
  button.click();
}

function close() {
  const back = place && document.getElementById(place.comment);
  group = waiting = null;
  if (!panel()) return;
  if (!list()?.querySelector(".cards")) return panel().querySelector(".close").click();
  document.getElementById("correction").replaceChildren();
  (back ?? comments()[0])?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !list()?.contains(document.activeElement)) return;
  if (event.key === "Escape") return close();
  if (document.activeElement.matches("input:not([type=checkbox]), select, textarea")) return;
  const key = event.key;
  if (group && /^[0-9a-z]$/.test(key)) press(key);
  else if (key in LETTERS) open(key);
  else if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
  else if (key === "h" || key === "l") moveClause(key === "l" ? 1 : -1);
  else if (key === "x") current()?.querySelector("input[type=checkbox]")?.click();
  else return;
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const clause = event.target.closest("a.clause, a.correct");
  const comment = clause?.closest("article.comment");
  if (comment) {
    place = { comment: comment.id, clause: clause.dataset.clause };
    choose(clause.matches("a.clause") ? clause : null);
  }
  if (event.target.closest(".panel .close") && list()?.querySelector(".cards")) { event.preventDefault(); close(); }
  if (event.target.closest(".select-page")) {
    const boxes = [...document.querySelectorAll("input[name=comment]")];
    const all = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !all;
  }
});

// What is selected in the panel can be the span of the clause: offsets in characters, not in UTF-16 units.
document.addEventListener("selectionchange", () => {
  const button = document.querySelector(".selected-span");
  const text = button && panel().querySelector(".verbatim");
  const range = getSelection().rangeCount ? getSelection().getRangeAt(0) : null;
  if (!text || !range) return;
  const inside = !range.collapsed && text.contains(range.commonAncestorContainer);
  button.hidden = !inside;
  if (!inside) return;
  const before = document.createRange();
  before.setStart(text, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const start = [...before.toString()].length;
  button.value = `${start}-${start + [...range.toString()].length}`;
});

function ready() {
  for (const button of document.querySelectorAll(".select-page[hidden]")) button.hidden = false;
  if (panel()) {
    activate();
    if (waiting) { const key = waiting; waiting = null; press(key); }
    if (group && place && !panel().contains(document.activeElement)) document.getElementById(place.comment)?.focus({ preventScroll: true });
  } else if (place && document.activeElement === document.body) {
    // The panel is gone: the keys go on from the comment that was corrected.
    const comment = document.getElementById(place.comment) ?? comments()[0];
    comment?.focus({ preventScroll: true });
    place = comment ? { comment: comment.id } : null;
  }
}
document.addEventListener("htmx:after:swap", ready);
ready();
