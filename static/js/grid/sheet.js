/** The rows and cells of the grid's table: where a cell is, what stands in it, and rows that come and go. */
export class Sheet {
  constructor(root, words) {
    this.table = root.querySelector("table");
    this.body = this.table.tBodies[0];
    this.columns = [...this.table.tHead.rows[0].cells].slice(1);
    this.blank = root.querySelector("[data-grid-blank]").content.querySelector("tr");
    this.most = Number(root.dataset.most);
    this.words = words;
    this.known = new WeakMap();
    this.remembered = new WeakMap();
  }

  get rows() {
    return [...this.body.rows];
  }

  /** The controls of a row, in the order of the columns. */
  cells(row) {
    if (!this.known.has(row)) this.known.set(row, [...row.querySelectorAll(".cb-control")]);
    return this.known.get(row);
  }

  all() {
    return this.rows.flatMap((row) => this.cells(row));
  }

  isCell(element) {
    return element.matches(".cb-control");
  }

  place(control) {
    const row = control.closest("tr");
    return [row.sectionRowIndex, this.cells(row).indexOf(control)];
  }

  at(row, column) {
    const found = this.body.rows[row];
    return found && this.cells(found)[column];
  }

  /** Moves to a cell and selects what is in it; false where there is none. */
  go(row, column) {
    const control = this.at(row, column);
    control?.focus();
    control?.select();
    return Boolean(control);
  }

  isBlank(row) {
    return this.cells(row).every((control) => !control.value.trim());
  }

  /** A control of one line would swallow line breaks and join the words around them. */
  set(control, text) {
    const value = control.matches("textarea") ? text : text.replace(/\s*[\r\n]+\s*/g, " ");
    if (control.value === value) return;
    control.value = value;
    this.forget(control);
  }

  /** What the server said of a cell is no longer true when the cell has changed. */
  forget(control) {
    const cell = control.closest("td");
    if (!cell.className) return;
    cell.className = "";
    cell.querySelector("[data-notes]")?.remove();
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-describedby");
  }

  remember(control) {
    this.remembered.set(control, control.value);
  }

  isChanged(control) {
    return this.remembered.has(control) && this.remembered.get(control) !== control.value;
  }

  putBack(control) {
    control.value = this.remembered.get(control);
  }

  get room() {
    return this.most - this.body.rows.length;
  }

  /** Blank rows before another or at the end, as far as there is room; returns how many. */
  add(wanted, before = null) {
    const count = Math.max(0, Math.min(wanted, this.room));
    const rows = document.createDocumentFragment();
    for (let made = 0; made < count; made++) rows.append(this.blank.cloneNode(true));
    this.body.insertBefore(rows, before);
    this.number();
    return count;
  }

  /** Exactly these rows; a grid has at least one. */
  keep(rows) {
    if (!rows.length) rows = [this.blank.cloneNode(true)];
    this.body.replaceChildren(...rows);
    this.number();
  }

  /** Rows and labels count from one again; what is right already is left alone. */
  number() {
    const labels = this.columns.map((column) => column.dataset.label);
    this.rows.forEach((row, place) => {
      const number = String(place + 1);
      if (row.dataset.number === number) return;
      row.dataset.number = number;
      this.cells(row).forEach((control, column) => control.setAttribute("aria-label", labels[column].replace("{row}", number)));
      this.head(row);
    });
  }

  /** The number at the head of a row: a button once the row menu is awake. */
  head(row) {
    const button = row.cells[0].querySelector("button");
    (button ?? row.cells[0]).textContent = row.dataset.number;
    const word = row.hasAttribute("data-selected") ? this.words.row_selected : this.words.row;
    button?.setAttribute("aria-label", word.replace("{row}", row.dataset.number));
  }

  isSelected(row) {
    return row.hasAttribute("data-selected");
  }

  select(row, on) {
    row.toggleAttribute("data-selected", on);
    this.head(row);
  }

  get selected() {
    return this.rows.filter((row) => this.isSelected(row));
  }
}
