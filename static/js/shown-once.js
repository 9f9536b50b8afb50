// <shown-once>: what is in it can be read until the reader leaves the page. The history keeps the address of another
// page, so that reloading or coming back sends no form again; a page that the browser kept whole has forgotten it.
class ShownOnce extends HTMLElement {
  connectedCallback() {
    history.replaceState(null, "", this.dataset.afterwards);
    addEventListener("pagehide", () => {
      const gone = document.createElement("p");
      gone.textContent = this.dataset.gone;
      this.replaceChildren(gone);
    });
    addEventListener("pageshow", (event) => { if (event.persisted) location.replace(this.dataset.afterwards); });
  }
}

customElements.define("shown-once", ShownOnce);
