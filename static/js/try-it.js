// The console in place of an operation's samples, which it has too. Comes when somebody presses "Try it".
import "./console/console.js";

/** Show the console of the page that `link` leads to in `place`, once it is whole, and go there. */
export async function show(place, link) {
  let made = place.querySelector("api-console");
  if (!made) {
    made = document.createElement("api-console");
    Object.assign(made.dataset, { shell: link.dataset.shell, description: link.pathname.replace(/\/$/, ".json") });
    made.hidden = true;
    place.append(made);
    await made.ready.catch((error) => { made.remove(); throw error; });
    for (const other of [...place.children]) if (other !== made) other.remove();
    made.hidden = false;
  }
  made.querySelector("[role=tab][aria-selected=true]")?.focus();
}
