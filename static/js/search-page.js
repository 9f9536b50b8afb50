// On the page of results: whether `/` goes to the search field. Who speaks to their computer can switch it off (WCAG 2.1.4).
const box = document.querySelector("[data-slash]");
const kept = () => { try { return localStorage.getItem("slash"); } catch { return null; } };
box.checked = kept() !== "off";
box.closest("[hidden]").hidden = false;
box.addEventListener("change", () => {
  try { localStorage.setItem("slash", box.checked ? "on" : "off"); } catch { /* private mode: it stays as it was */ }
});
