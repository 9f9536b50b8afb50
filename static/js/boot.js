// Runs before the first paint, so that nothing flashes: the theme and the code language that the reader chose.
// The rest of it waits for the page: the theme button, search, and what belongs to a signed-in reader alone.
(() => {
  const root = document.documentElement;
  const kept = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const keep = (name, value) => { try { localStorage.setItem(name, value); } catch { /* private mode: this page only */ } };
  const themes = ["auto", "light", "dark"];
  const codes = ["curl", "php", "javascript", "python", "java"];
  const show = (theme) => { theme === "auto" ? root.removeAttribute("data-theme") : root.setAttribute("data-theme", theme); };

  root.classList.add("js");
  root.dataset.code = codes.includes(kept("code")) ? kept("code") : "curl";
  let theme = themes.includes(kept("theme")) ? kept("theme") : "auto";
  show(theme);
  const person = document.cookie.split("; ").includes("signed_in=1");
  root.classList.toggle("signed-in", person);

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-theme-toggle]");
    if (button) {
      const label = () => button.setAttribute("aria-label", button.dataset[theme]);
      label();
      button.addEventListener("click", () => {
        theme = themes[(themes.indexOf(theme) + 1) % themes.length];
        keep("theme", theme);
        show(theme);
        label();
      });
    }
    // `/` goes to the search field, and whoever comes to it gets the script that answers as one types.
    const field = document.querySelector("[data-search]");
    field?.addEventListener("focus", () => import(field.dataset.search).catch(() => {}));
    if (field) document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || kept("slash") === "off" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
      event.preventDefault();
      field.focus();
    });
    const place = document.querySelector("[data-personal]");
    if (place && person) import(place.dataset.personal).catch(() => root.classList.remove("signed-in"));
  });
})();
