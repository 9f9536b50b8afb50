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

// "Try it" leads to the console's page; here it opens the console in place of the samples.
for (const link of document.querySelectorAll("a.try")) {
  const place = link.closest("article").querySelector("[data-try]");
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.send = "";
  button.textContent = link.textContent;
  link.onclick = button.onclick = async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // in another tab
    event.preventDefault();
    if (button.ariaBusy) return;
    button.ariaBusy = "true";
    await import("./try-it.js").then((tried) => tried.show(place, link)).catch(() => location.assign(link.href));
    button.ariaBusy = null;
  };
  (place.querySelector(".code-bar") ?? place).append(button);
}
