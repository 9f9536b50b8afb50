// The decision about a request: how many scopes are ticked, and what is written while another form of the page is sent.
const form = document.getElementById("decision");
const approve = form.querySelector("[data-approve]");
const ticks = [...document.querySelectorAll('input[name="grant"]')];
const count = () => {
  const number = ticks.filter((one) => one.checked).length;
  approve.textContent = number === 1 ? approve.dataset.one : approve.dataset.many.replace("{n}", number);
  approve.disabled = number === 0;
};
for (const one of ticks) one.addEventListener("change", count);

// Asking a question loads the page again: the tab remembers what the decision said, for the state that it was about.
const key = `${location.pathname.replace(/[^/]+\/$/, "")}#${form.dataset.keep}`;
const fields = () => [...form.elements].filter((one) => one.name && !["hidden", "submit"].includes(one.type));
for (const other of document.forms) {
  if (other === form) continue;
  other.addEventListener("submit", () => sessionStorage.setItem(key, JSON.stringify(fields().map((one) => one.type === "checkbox" ? one.checked : one.value))));
}
const kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
sessionStorage.removeItem(key);
if (kept?.length === fields().length) {
  fields().forEach((one, place) => { if (one.type === "checkbox") one.checked = kept[place]; else one.value = kept[place]; });
}
count();
