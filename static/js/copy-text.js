// <copy-text>: a value with a button that copies it. Without this script the button is hidden and the value can be selected.
class CopyText extends HTMLElement {
  connectedCallback() {
    this.button = this.querySelector("button");
    this.button.addEventListener("click", () => this.#copy());
  }

  async #copy() {
    const code = this.querySelector("code");
    const said = this.querySelector("[role=status]");
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch { // none on plain HTTP from another machine, or not allowed
      getSelection().selectAllChildren(code);
      said.textContent = this.dataset.selected;
      return;
    }
    const label = this.button.firstChild;
    this.label ??= label.textContent;
    label.textContent = said.textContent = this.dataset.copied;
    setTimeout(() => { label.textContent = this.label; }, 2000);
  }
}

customElements.define("copy-text", CopyText);
