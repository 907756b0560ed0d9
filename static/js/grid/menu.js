/** The row menu: each row's number is a button that opens it; it acts on the selected rows if its row is one of them. */
export class RowMenu {
  constructor(grid) {
    this.grid = grid;
    this.panel = grid.root.querySelector("[data-grid-menu]");
    this.buttons = [...this.panel.querySelectorAll("button")];
    this.panel.addEventListener("click", (event) => this.choose(event.target.closest("button")?.value));
    this.panel.addEventListener("keydown", (event) => this.key(event));
    this.panel.addEventListener("toggle", (event) => this.toggled(event));
    grid.sheet.body.addEventListener("click", (event) => this.click(event));
    this.dress(grid.sheet.blank);
    for (const row of grid.sheet.rows) this.dress(row);
    grid.sheet.number();
    for (const row of grid.sheet.rows) grid.sheet.head(row);
  }

  /** Puts the button around the row's number. */
  dress(row) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "cb-grid__row" });
    button.setAttribute("aria-haspopup", "menu");
    row.cells[0].replaceChildren(button);
  }

  click(event) {
    const button = event.target.closest(".cb-grid__row");
    if (!button) return;
    const row = button.closest("tr");
    if (event.shiftKey) this.selectTo(row);
    else if (event.ctrlKey || event.metaKey) this.toggle(row);
    else this.open(button);
  }

  open(button) {
    this.button = button;
    this.panel.showPopover();
    const { top, bottom, left } = button.getBoundingClientRect();
    const { offsetHeight } = this.panel;
    this.panel.style.top = `${bottom + offsetHeight > innerHeight ? top - offsetHeight : bottom}px`;
    this.panel.style.left = `${left}px`;
  }

  toggled(event) {
    this.button?.setAttribute("aria-expanded", String(event.newState === "open"));
    if (event.newState === "open") this.buttons[0].focus();
  }

  key(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Tab") this.panel.hidePopover();
    if (!by) return;
    event.preventDefault();
    const at = this.buttons.indexOf(document.activeElement) + by;
    this.buttons[(at + this.buttons.length) % this.buttons.length].focus();
  }

  choose(what) {
    if (!what) return;
    this.panel.hidePopover();
    const row = this.button.closest("tr");
    const { sheet, history } = this.grid;
    const rows = sheet.isSelected(row) ? sheet.selected : [row];
    const place = row.sectionRowIndex;
    history.commit();
    this[what](rows);
    this.grid.settle();
    sheet.go(Math.min(place, sheet.rows.length - 1), 0);
  }

  duplicate(rows) {
    const { sheet } = this.grid;
    const after = rows.at(-1).nextElementSibling;
    const first = rows.at(-1).sectionRowIndex + 1;
    const count = sheet.add(rows.length, after);
    for (let at = 0; at < count; at++) {
      const copy = sheet.cells(sheet.rows[first + at]);
      sheet.cells(rows[at]).forEach((control, column) => sheet.set(copy[column], control.value));
    }
    this.told("duplicated", count, rows.length);
  }

  insert(rows) {
    this.told("inserted", this.grid.sheet.add(rows.length, rows[0]), rows.length);
  }

  remove(rows) {
    const { sheet, say } = this.grid;
    for (const row of rows) sheet.select(row, false);
    sheet.keep(sheet.rows.filter((row) => !rows.includes(row)));
    say("deleted", { count: rows.length });
  }

  told(word, count, wanted) {
    const { sheet, say } = this.grid;
    if (count < wanted) say("full", { most: sheet.most });
    else say(word, { count });
  }

  toggle(row) {
    const { sheet, say } = this.grid;
    sheet.select(row, !sheet.isSelected(row));
    this.last = row;
    const word = sheet.isSelected(row) ? "selected" : "unselected";
    say(word, { row: row.dataset.number, count: sheet.selected.length });
  }

  selectTo(row) {
    const { sheet } = this.grid;
    const [from, to] = [this.last ?? row, row].map((one) => one.sectionRowIndex).sort((one, other) => one - other);
    for (const one of sheet.rows.slice(from, to + 1)) sheet.select(one, true);
    this.grid.say("selected", { row: row.dataset.number, count: sheet.selected.length });
  }
}
