// Before anything is written in production, a person says yes to exactly that.
/** Show the dialog with what would be sent; resolve to whether it shall be. Esc and Cancel are no. */
export function asked(dialog, { method, url, app }) {
  dialog.querySelector("[data-call]").textContent = `${method} ${url}`;
  dialog.querySelector("[data-who]").textContent = app || "—";
  dialog.returnValue = "";
  // The second click of a double click on what opened it is no answer.
  dialog.onclick = (event) => { if (event.detail > 1) event.preventDefault(); };
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener("close", () => done(dialog.returnValue === "send"), { once: true });
  });
}
