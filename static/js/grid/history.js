/** Steps back and forth: each is the rows of the grid in their order with the texts that stood in them. */
const MOST = 100;

export class History {
  constructor(sheet) {
    this.sheet = sheet;
    this.past = [];
    this.future = [];
    this.now = this.taken();
  }

  taken() {
    return this.sheet.rows.map((row) => ({ row, texts: this.sheet.cells(row).map((control) => control.value) }));
  }

  /** Makes a step of what has changed since the last one, if anything has. */
  commit() {
    const taken = this.taken();
    if (same(taken, this.now)) return;
    this.past.push(this.now);
    if (this.past.length > MOST) this.past.shift();
    this.future = [];
    this.now = taken;
  }

  undo() {
    this.commit();
    return this.move(this.past, this.future);
  }

  redo() {
    this.commit();
    return this.move(this.future, this.past);
  }

  move(from, to) {
    const wanted = from.pop();
    if (!wanted) return false;
    to.push(this.now);
    this.now = wanted;
    this.restore(wanted);
    return true;
  }

  restore(steps) {
    const { sheet } = this;
    const rows = steps.map((step) => step.row);
    if (rows.length !== sheet.rows.length || rows.some((row, place) => row !== sheet.body.rows[place])) sheet.keep(rows);
    let changed = null;
    for (const { row, texts } of steps) {
      sheet.cells(row).forEach((control, column) => {
        if (control.value === texts[column]) return;
        changed ??= control;
        sheet.set(control, texts[column]);
      });
    }
    if (changed) sheet.go(...sheet.place(changed));
    else if (!sheet.body.contains(document.activeElement)) sheet.go(0, 0);
  }
}

function same(one, other) {
  return (
    one.length === other.length &&
    one.every(({ row, texts }, place) => {
      const there = other[place];
      return row === there.row && texts.every((text, column) => text === there.texts[column]);
    })
  );
}
