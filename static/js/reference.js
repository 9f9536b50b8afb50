// The reference: what a fragment points to is shown, also inside what is folded (browsers that do it themselves find
// nothing to do). Without this script everything can be unfolded by hand.
const show = () => {
  let id;
  try { id = decodeURIComponent(location.hash.slice(1)); } catch { return; }
  const target = id && document.getElementById(id);
  if (!target) return;
  let folded = false;
  for (let at = target; at; at = at.parentElement) {
    if (at.localName === "details" && !at.open) { at.open = true; folded = true; }
  }
  if (folded) target.scrollIntoView();
};
addEventListener("hashchange", show);
show();

// Where the navigation is longer than the window, the page at hand is in its view.
const nav = document.querySelector(".reference .side-nav nav");
const here = nav?.querySelector("li [aria-current]");
if (here && nav.scrollHeight > nav.clientHeight) nav.scrollTop = here.offsetTop - nav.clientHeight / 3;
