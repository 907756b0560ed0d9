/** What did not fit: how many rows were left out, and all of them as a file for the import. */
import { csvOf } from "./clipboard.js";

export class Overflow {
  constructor(grid) {
    this.grid = grid;
    this.banner = grid.root.querySelector("[data-grid-over]");
    this.form = document.querySelector("[data-grid-file]");
    this.banner.querySelector("[data-grid-to-file]").addEventListener("click", () => this.send());
  }

  show(rows, fitting, headings) {
    this.rows = [headings, ...rows];
    this.banner.hidden = rows.length <= fitting;
    const values = { most: this.grid.sheet.most, left: rows.length - fitting, count: rows.length };
    const text = this.grid.words.over.replace(/\{(\w+)\}/g, (all, name) => values[name]);
    this.banner.querySelector("[data-grid-over-text]").textContent = this.banner.hidden ? "" : text;
  }

  /** Hands the rows in as if somebody had chosen a file, with the groups that are chosen for the grid. */
  send() {
    const groups = new FormData(this.grid.form).getAll("groups");
    const select = this.grid.form.querySelector("select[name=groups]");
    if (select && !select.value) {
      select.focus();
      return this.grid.say("group_first");
    }
    const given = new DataTransfer();
    given.items.add(new File([csvOf(this.rows)], "pasted-rows.csv", { type: "text/csv" }));
    this.form.elements.file.files = given.files;
    this.form.replaceChildren(...this.form.querySelectorAll("input:not([name=group])"), ...groups.map(hidden));
    this.grid.draft.leave();
    this.form.submit();
  }
}

function hidden(value) {
  return Object.assign(document.createElement("input"), { type: "hidden", name: "group", value });
}
