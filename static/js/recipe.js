// Calls that take values from earlier answers, and recipes: such calls as one chain. code-group.js loads this when one is run.
const groups = () => [...document.querySelectorAll("code-group")];

/** Return the group's call with what it takes filled in, null where there is no such value. A step that it needs is run first. */
export async function fill(group) {
  let text = JSON.stringify(group.run);
  for (const [place, [name, ...path]] of Object.entries(group.run.takes)) {
    const step = groups().find((each) => each.run.name === name);
    const at = (answer) => path.reduce((found, part) => found?.[part], answer?.body);
    const value = at(step.answer) ?? at(await step.send());
    if (typeof value !== "string") return null;
    for (const shown of group.querySelectorAll(`[data-value="${place}"]`)) shown.textContent = value;
    text = text.replaceAll(`"{${place}}"`, () => JSON.stringify(value)).replaceAll(`{${place}}`, encodeURIComponent(value));
  }
  return JSON.parse(text);
}

/** Run a recipe's steps one after the other, all of them anew, until one is not answered as it should be. */
export async function run(recipe) {
  const button = recipe.querySelector("[data-run-all]");
  if (button.hasAttribute("aria-busy")) return;
  button.setAttribute("aria-busy", "true");
  const steps = [...recipe.querySelectorAll("li")];
  for (const step of steps) mark(step, "", "");
  for (const group of groups()) group.answer = null;
  let failure = "";
  for (let at = 0; at < steps.length && !failure; at++) {
    const place = `${at + 1}/${steps.length}: ${steps[at].querySelector("a").textContent}`;
    say(recipe, `${recipe.dataset.running} ${place}`);
    const why = await made(steps[at]);
    if (why) failure = `${recipe.dataset.stopped} ${place}. ${why}`;
  }
  say(recipe, failure || recipe.dataset.done);
  button.removeAttribute("aria-busy");
}

/** Run a step; return why it was not answered as it should be, nothing where it was. */
async function made(step) {
  const group = document.getElementById(step.querySelector("a").hash.slice(1));
  mark(step, "running", "…");
  const answer = await group.send();
  const good = answer && (answer.status < 400 || answer.status === group.run.refused);
  mark(step, good ? "done" : "failed", answer?.status ?? "✕");
  if (good) return "";
  const { title, error_description: description } = answer?.body ?? {};
  return title || description ? `${answer.status} ${title || description}` : group.querySelector("[data-status]").textContent.trim();
}

function mark(step, state, text) {
  step.dataset.state = state;
  step.querySelector("[data-result]").textContent = text;
}

function say(recipe, text) { recipe.querySelector("[data-said]").textContent = text; }
