"use strict";
// Light or dark: as the system has it, until somebody chooses; the choice is kept where the browser lets a page keep something.
(() => {
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (root.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
  const name = () => { button.textContent = dark() ? "Light" : "Dark"; button.setAttribute("aria-label", `${button.textContent} colours`); };
  try {
    const chosen = localStorage.getItem("claimlint-theme");
    if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
  } catch { /* not kept */ }
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    try { localStorage.setItem("claimlint-theme", root.dataset.theme); } catch { /* not kept */ }
    name();
  });
  system.addEventListener("change", name);
  name();
})();
