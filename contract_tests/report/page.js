// Copies curl lines, filters the operations, and unfolds the problems for a printer; without it the page says the same.
for (const box of document.querySelectorAll(".curl")) {
  const button = box.appendChild(document.createElement("button"));
  button.type = "button";
  button.textContent = "Copy";
  button.setAttribute("aria-label", "Copy the curl line");
  button.addEventListener("click", async () => {
    const text = box.querySelector("pre").textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.body.appendChild(document.createElement("textarea"));
      area.value = text;
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
}

const filter = document.querySelector(".filter");
if (filter) {
  filter.hidden = false;
  const rows = [...document.querySelectorAll("#operations tbody tr")].map((row) => [row, row.textContent.toLowerCase()]);
  filter.addEventListener("input", () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const [row, text] of rows) row.hidden = !text.includes(wanted);
  });
}

let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("#problems details:not([open])")];
  for (const one of unfolded) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of unfolded) one.open = false;
});
