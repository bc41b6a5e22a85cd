// A crosshair for charts, by mouse, finger or arrow keys; and the button that copies a stack. What is said at a
// place is in the chart already, for those without this file.
"use strict";

(() => {
  // point shows the band of a chart that is at a place, in the units of the chart; none without one.
  function point(svg, x) {
    const chart = svg.closest(".chart");
    const cross = svg.querySelector(".cross");
    const readout = chart.querySelector(".readout");
    let band = null;
    for (const tip of svg.querySelectorAll(".tip")) {
      if (x !== null && Number(tip.getAttribute("x")) <= x) band = tip;
    }
    svg.dataset.x = band ? x : "";
    cross.setAttribute("d", band ? `M${x} 0V200` : "");
    const said = band ? band.querySelector("title").textContent.replace(/^.* UTC: /, "") : "";
    readout.textContent = band ? `${new Date(band.dataset.at).toLocaleTimeString([], { hour12: false })}: ${said}` : "";
  }

  const box = (svg) => svg.viewBox.baseVal;
  const of = (event) => event.target.closest?.(".plot > svg");

  function follow(event) {
    const svg = of(event);
    if (!svg) return;
    const { left, width } = svg.getBoundingClientRect();
    point(svg, Math.round(box(svg).x + ((event.clientX - left) / width) * box(svg).width));
  }

  addEventListener("pointermove", follow);
  addEventListener("pointerdown", follow);
  addEventListener("pointerout", (event) => {
    const svg = of(event);
    if (svg && event.pointerType === "mouse" && !svg.contains(event.relatedTarget)) point(svg, null);
  });
  addEventListener("focusout", (event) => { if (of(event)) point(of(event), null); });
  addEventListener("keydown", (event) => {
    const svg = of(event);
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!svg || !by) return;
    event.preventDefault();
    const { x, width } = box(svg);
    const from = svg.dataset.x ? Number(svg.dataset.x) : x + width;
    point(svg, Math.min(Math.max(from + by * Math.round(width / 60), x), x + width));
  });

  // Copying needs a page that is served safely, or from this machine.
  function offer(within) {
    if (!navigator.clipboard) return;
    for (const button of within.querySelectorAll(".copy[hidden]")) button.hidden = false;
  }
  addEventListener("click", async (event) => {
    const button = event.target.closest?.(".copy");
    if (!button) return;
    const text = Array.from(button.parentElement.querySelectorAll("pre"), (pre) => pre.textContent).join("\n");
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  offer(document);
  addEventListener("longshore-shown", () => offer(document));
})();
