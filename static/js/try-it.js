// The console in place of an operation's samples, which it has too. Comes when somebody presses "Try it".
import "./console/console.js";

/** Show the console in `place`, once it is whole. */
export async function show(place) {
  const { shell, description } = place.dataset;
  const made = document.createElement("api-console");
  Object.assign(made.dataset, { shell, description });
  made.hidden = true;
  place.append(made);
  await made.ready.catch((error) => { made.remove(); throw error; });
  for (const other of [...place.children]) if (other !== made) other.remove();
  made.hidden = false;
  made.querySelector("[role=tab][aria-selected=true]")?.focus();
}
