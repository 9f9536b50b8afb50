// Tabs by the pattern of the ARIA practices: one stop for Tab, arrows move and choose.
/** Make the buttons in `list` tabs; `choose` gets the name of the one that is chosen. Returns what chooses one. */
export function tabs(list, choose) {
  const all = [...list.querySelectorAll("[role=tab]")];
  const select = (tab) => {
    for (const one of all) {
      one.setAttribute("aria-selected", String(one === tab));
      one.tabIndex = one === tab ? 0 : -1;
    }
    choose(tab.dataset.tab);
  };
  for (const tab of all) tab.addEventListener("click", () => select(tab));
  list.addEventListener("keydown", (event) => {
    const shown = all.filter((one) => !one.hidden);
    const at = shown.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + shown.length, Home: 0, End: shown.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const tab = shown[to % shown.length];
    tab.focus();
    select(tab);
  });
  return (name) => select(all.find((tab) => tab.dataset.tab === name));
}
