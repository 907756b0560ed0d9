/** [data-file-drop]: drop a file on the zone, see its name and size, hear in words when it is too large or too much. */
for (const zone of document.querySelectorAll("[data-file-drop]")) {
  const input = zone.querySelector("input[type=file]");

  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.toggleAttribute("data-over", true);
    });
  }
  for (const kind of ["dragleave", "drop"]) {
    zone.addEventListener(kind, (event) => {
      if (kind === "dragleave" && zone.contains(event.relatedTarget)) return;
      zone.removeAttribute("data-over");
    });
  }
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  input.addEventListener("change", () => tell(zone, input.files[0]));
}

function tell(zone, file) {
  const said = zone.querySelector("[data-file-chosen]");
  const limit = Number(zone.dataset.maxBytes);
  const tooLarge = Boolean(file && limit && file.size > limit);
  said.textContent = file ? `${file.name} (${size(file)})${tooLarge ? `: ${zone.dataset.tooLarge}` : ""}` : "";
  zone.classList.toggle("cb-drop--bad", tooLarge);
}

function size(file) {
  const steps = [[1e6, "megabyte"], [1e3, "kilobyte"], [1, "byte"]];
  const [unit, name] = steps.find(([unit]) => file.size >= unit) ?? [1, "byte"];
  const unitDisplay = unit === 1 ? "long" : "short"; // "457 byte" is short, and wrong
  const style = { style: "unit", unit: name, unitDisplay, maximumFractionDigits: 1 };
  return new Intl.NumberFormat(document.documentElement.lang, style).format(file.size / unit);
}
