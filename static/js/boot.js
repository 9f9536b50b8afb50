// Runs before the first paint, so that nothing flashes: the theme and the code language that the reader chose.
// The theme button and what belongs to a signed-in reader alone wait for the page.
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

  // `/` goes to the search field, and whoever comes to it or types in it gets the script that answers as one types.
  // The field is there long before the page's scripts are, so none of this waits for them.
  for (const kind of ["focusin", "input"]) document.addEventListener(kind, ({ target }) => {
    if (target.dataset.search) import(target.dataset.search).catch(() => {});
  });
  document.addEventListener("keydown", (event) => {
    const field = document.querySelector("[data-search]");
    if (!field || event.key !== "/" || kept("slash") === "off" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    field.focus();
  });

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
    const place = document.querySelector("[data-personal]");
    if (place && person) import(place.dataset.personal).catch(() => root.classList.remove("signed-in"));
  });
})();
