/** What was typed and is not created yet: kept in this tab for this person and reseller, and not left without a question. */
const SOON = 300;

export class Draft {
  constructor(grid) {
    this.grid = grid;
    this.key = grid.root.dataset.draft;
    this.token = grid.form.elements.grid;
    this.isLeaving = false;
    grid.form.addEventListener("input", () => this.soon());
    grid.form.addEventListener("submit", () => this.leave());
    addEventListener("pagehide", () => this.save());
    addEventListener("pageshow", () => (this.isLeaving = false));
    addEventListener("beforeunload", (event) => !this.isLeaving && this.rows().length && event.preventDefault());
  }

  /** Goes without a question: the rows are on their way. */
  leave() {
    this.save();
    this.isLeaving = true;
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), SOON);
  }

  /** The rows up to the last one in which something stands. */
  rows() {
    const { sheet } = this.grid;
    const rows = sheet.rows.map((row) => (sheet.isBlank(row) ? [] : sheet.cells(row).map((control) => control.value)));
    return rows.slice(0, rows.findLastIndex((row) => row.length) + 1);
  }

  save() {
    if (this.isLeaving) return;
    clearTimeout(this.timer);
    const rows = this.rows();
    try {
      if (rows.length) sessionStorage.setItem(this.key, JSON.stringify({ token: this.token.value, rows }));
      else sessionStorage.removeItem(this.key);
    } catch {
      // a full or forbidden storage keeps no draft; the question on leaving remains
    }
  }

  /** Puts a kept draft into a page on which nothing was typed yet; true if there was one. */
  restore() {
    if (!this.grid.root.hasAttribute("data-new") || this.rows().length) return false;
    const kept = read(this.key);
    if (!kept) return false;
    const { sheet } = this.grid;
    this.token.value = kept.token;
    sheet.add(kept.rows.length - sheet.rows.length);
    kept.rows.forEach((texts, at) => sheet.cells(sheet.body.rows[at]).forEach((cell, column) => sheet.set(cell, texts[column] ?? "")));
    return true;
  }
}

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}
