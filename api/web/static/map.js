// A lasso around circles of the map ticks their boxes in the table, which people can do themselves as well.
(() => {
  const form = document.getElementById("selection");
  if (!form) return;
  const boxes = new Map([...form.querySelectorAll("input[name=cause]")].map((box) => [box.value, box]));
  const circles = [...document.querySelectorAll(".map circle")];
  const mark = () => circles.forEach((circle) => circle.classList.toggle("chosen", boxes.get(circle.dataset.key).checked));
  form.addEventListener("change", mark);
  window.addEventListener("pageshow", mark); // browsers tick again what was ticked when people come back

  for (const map of document.querySelectorAll(".map")) {
    let path = null;
    let drawn = false;
    const lasso = document.createElementNS("http://www.w3.org/2000/svg", "polygon");
    lasso.classList.add("lasso");
    const place = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
    const show = () => lasso.setAttribute("points", path.map((point) => `${point.x},${point.y}`).join(" "));
    const isInside = (x, y) =>
      path.reduce((inside, a, index) => {
        const b = path[(index + 1) % path.length];
        return (a.y > y) !== (b.y > y) && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x ? !inside : inside;
      }, false);

    map.addEventListener("dragstart", (event) => event.preventDefault()); // of a link
    map.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "touch" || event.button !== 0) return; // a finger scrolls
      path = [place(event)];
      drawn = false;
    });
    map.addEventListener("pointermove", (event) => {
      if (!path) return;
      path.push(place(event));
      const [start, now] = [path[0], path[path.length - 1]];
      if (!drawn && Math.hypot(now.x - start.x, now.y - start.y) > 8) {
        drawn = true;
        map.append(lasso);
        map.setPointerCapture(event.pointerId);
      }
      if (drawn) show();
    });
    const end = () => {
      if (drawn) {
        for (const circle of map.querySelectorAll("circle")) {
          if (isInside(circle.cx.baseVal.value, circle.cy.baseVal.value)) boxes.get(circle.dataset.key).checked = true;
        }
        form.dispatchEvent(new Event("change", { bubbles: true }));
      }
      lasso.remove();
      path = null;
    };
    map.addEventListener("pointerup", end);
    map.addEventListener("pointercancel", end);
    map.addEventListener("click", (event) => drawn && event.preventDefault(), true); // the end of a lasso opens nothing
  }
})();
