// What HTML and htmx do not do by themselves: say that the server did not answer, and forget a notice that is out of date.
document.addEventListener("htmx:error", () => {
  const notices = document.getElementById("notices");
  const notice = document.createElement("p");
  notice.className = "notice failure";
  notice.textContent = notices.dataset.failed;
  notices.replaceChildren(notice);
});
document.addEventListener("htmx:before:request", () => document.getElementById("notices").replaceChildren());
