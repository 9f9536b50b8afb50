// Recovery codes: download and print. They are in the page already; nothing is asked of the server again.
for (const tools of document.querySelectorAll("[data-codes]")) {
  const codes = [...document.getElementById(tools.dataset.codes).querySelectorAll("code")].map((one) => one.textContent);
  const download = tools.querySelector("[data-download]");
  download.addEventListener("click", () => {
    const file = new Blob([`${tools.dataset.heading}\n${tools.dataset.account}\n\n${codes.join("\n")}\n`], { type: "text/plain" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = download.dataset.download;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
  tools.querySelector("[data-print]").addEventListener("click", () => print());
}
