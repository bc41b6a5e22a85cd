// Dark or light as the reader likes it: kept in this browser, and without a choice as the system has it. It comes
// before the page, which would flash otherwise.
"use strict";

(() => {
  const html = document.documentElement;
  let chosen = null;
  try { chosen = localStorage.getItem("longshore-scheme"); } catch { /* storage is forbidden: it lasts as long as the page */ }
  if (chosen) html.dataset.scheme = chosen;

  addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("scheme");
    const system = matchMedia("(prefers-color-scheme: dark)");
    const dark = () => (html.dataset.scheme ? html.dataset.scheme === "dark" : system.matches);
    const say = () => { button.textContent = dark() ? "Light" : "Dark"; };
    button.addEventListener("click", () => {
      html.dataset.scheme = dark() ? "light" : "dark";
      try { localStorage.setItem("longshore-scheme", html.dataset.scheme); } catch { /* as above */ }
      say();
    });
    system.addEventListener("change", say);
    button.hidden = false;
    say();
  });
})();
