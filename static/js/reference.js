// The reference: shows what a fragment points to, also inside what is folded, and offers the console.
// Without this script everything can be unfolded and read.
const show = () => {
  let target = null;
  try { target = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { return; }
  for (let at = target; at; at = at.parentElement) if (at.localName === "details") at.open = true;
  target?.scrollIntoView();
};
addEventListener("hashchange", show);
if (location.hash) show();

// In a long navigation the page at hand is in view.
const nav = document.querySelector(".side-nav nav");
const here = nav?.querySelector("li [aria-current]");
if (here) nav.scrollTop = here.offsetTop - nav.clientHeight / 3;

for (const place of document.querySelectorAll("[data-try]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.send = "";
  button.textContent = place.dataset.try;
  button.onclick = () => {
    button.ariaBusy = "true";
    button.onclick = null;
    import("./try-it.js").then((tried) => tried.show(place)).catch(() => location.assign(place.dataset.page));
  };
  (place.querySelector(".code-bar") ?? place).append(button);
}
