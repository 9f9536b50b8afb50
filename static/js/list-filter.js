// <list-filter>: shows the entries of the page's lists that hold all the words, and the groups that have any.
class ListFilter extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input");
    const told = this.querySelector("[role=status]");
    const entries = [...document.querySelectorAll("[data-group] li")].map((entry) => [entry, entry.textContent.toLowerCase()]);
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const [entry, text] of entries) {
        entry.hidden = !words.every((word) => text.includes(word));
        shown += !entry.hidden;
      }
      for (const group of document.querySelectorAll("[data-group]")) group.hidden = !group.querySelector("li:not([hidden])");
      told.textContent = words.length ? (shown ? this.dataset.some.replace("{}", shown) : this.dataset.none) : "";
    });
    input.addEventListener("keydown", (event) => {
      const first = entries.find(([entry]) => !entry.hidden)?.[0];
      if (event.key === "Enter" && input.value.trim()) first?.querySelector("a").click();
    });
  }
}

customElements.define("list-filter", ListFilter);
