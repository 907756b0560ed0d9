"""What the grid's part of a page shows: columns, cells with what is wrong in them, and the words its script says."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from organizations.cells import label_of, problems_in, row_of
from organizations.fields import FIELDS, MANDATORY, Field
from organizations.forms import GroundForm
from organizations.grid import MOST_ROWS, SIZES, Answer, Created, Grid, Left
from organizations.rules import also_mandatory

# As many problems are listed above the grid; a list that is longer than the grid helps nobody.
MOST_LISTED: Final = 50
ROW: Final = "{row}"  # where the script puts a row's number


class GridForm(GroundForm):
    """What is chosen for the grid as a whole: how many rows to add, and the groups of what it creates."""

    count = forms.TypedChoiceField(
        choices=[(size, size) for size in SIZES], coerce=int, initial=10, label=gettext_lazy("Rows to add")
    )

    @property
    def rows_to_add(self) -> int:
        text = self.data.get("count", "")
        return int(text) if text in map(str, SIZES) else 0


def grid_context(
    actor: Actor, *, grid: Grid | None = None, form: GridForm | None = None, answer: Answer | None = None
) -> dict[str, Any]:
    """The grid as it is first offered, or as it was sent, or what is left of it after an answer."""
    shown = grid or Grid.blank()
    left = answer.left if answer else [Left(row) for row in shown.rows]
    return {
        "action": reverse("organizations:grid"),
        "form": form or GridForm(actor=actor),
        "token": shown.token,
        "columns": [_column(actor, field) for field in FIELDS],
        "rows": [row_of(number, row) for number, row in enumerate(left, start=1)],
        "blank_row": row_of(ROW, Left(("",) * len(FIELDS))),
        "created": [_created(made) for made in answer.created] if answer else [],
        "created_url": reverse("organizations:created_together", args=[answer.batch_id]) if answer else "",
        "most": MOST_ROWS,
        "is_new": grid is None,
        "no_group": actor.is_group_bound and not actor.group_ids,
        "draft": draft_key(actor),
        "words": _words(),
        "keys": _keys(),
        "file_url": reverse("imports:create_multiple"),
    }


def draft_key(actor: Actor) -> str:
    """Under which the browser keeps what was typed, apart for each person and reseller."""
    return f"cb-grid:{actor.reseller.public_id}:{actor.public_id}"


def _column(actor: Actor, field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "heading": field.heading,
        "help": field.help,
        "label": label_of(field, ROW),
        "mandatory": field.name in MANDATORY | also_mandatory(actor),
        "known_as": [field.name, field.english_heading, str(field.heading), str(field.form_heading), *field.synonyms],
    }


def _created(made: Created) -> dict[str, Any]:
    repeated = _("Its domain or customer number is also on row %(rows)s below.")
    rows = ", ".join(map(str, made.repeated_on))
    return {
        "name": made.name,
        "url": reverse("organizations:detail", args=[made.public_id]),
        "repeated": repeated % {"rows": rows} if rows else "",
        "warnings": [problem.sentence() for problem in made.warnings],
    }


def problems_of(answer: Answer) -> list[dict[str, str]]:
    """For the summary above the grid, row by row; the last entry says how many are not listed."""
    found = problems_in(answer.left)
    if len(found) <= MOST_LISTED:
        return found
    rest = _("And %(count)s more; each stands in its cell.") % {"count": len(found) - MOST_LISTED}
    return [*found[:MOST_LISTED], {"id": "", "label": "", "sentence": rest}]


def _keys() -> list[tuple[str, str]]:
    return [
        (_("Enter, Shift+Enter"), _("One row down or up; Enter on the last row adds one.")),
        (_("Arrows"), _("Up and down between rows; left and right when the whole text of a cell is selected.")),
        (_("Ctrl+Home, Ctrl+End"), _("The first and the last cell.")),
        (_("Alt+↓, Alt+↑"), _("The next and the previous cell with an error.")),
        (_("Ctrl+V"), _("Paste rows from a spreadsheet, beginning at the cell.")),
        (_("Ctrl+D"), _("Fill down: from the cell above, or from the first selected row to the others.")),
        (_("Ctrl+Z, Ctrl+Y"), _("Undo and redo.")),
        (_("Shift+Space"), _("Select the row, or several; its number opens a menu for all of them.")),
        (_("Esc"), _("What stood in the cell before; then let go of selected rows.")),
        (_("Alt+Enter"), _("A line break, in the address.")),
        (_("Ctrl+Enter"), _("Create the organizations.")),
    ]


def _words() -> Mapping[str, str]:
    """What the script says, with {placeholders} that it fills in."""
    return {
        "added": _("Rows added: {count}. The grid has {rows} rows now."),
        "full": _("The grid holds {most} rows at most."),
        "pasted": _("Rows pasted: {count}."),
        "headings": _("The first row was recognised as headings, and the columns put in order."),
        "ignored": _("Columns that were not recognised and left out: {columns}."),
        "cut": _("Cells beyond the last column were left out."),
        "over": _(
            "The grid holds {most} rows: {left} of the {count} pasted rows were left out. You can import all of them "
            "as a file instead; you see every row before anything is created."
        ),
        "group_first": _("Choose an organization group first."),
        "filled": _("Filled down."),
        "undone": _("Undone."),
        "redone": _("Redone."),
        "nothing_to_undo": _("There is nothing to undo."),
        "nothing_to_redo": _("There is nothing to redo."),
        "duplicated": _("Rows duplicated: {count}."),
        "inserted": _("Rows inserted: {count}."),
        "deleted": _("Rows deleted: {count}. Ctrl+Z brings them back."),
        "cleared": _("All rows are blank again. Ctrl+Z brings them back."),
        "selected": _("Row {row} is selected. Rows selected: {count}."),
        "unselected": _("Row {row} is not selected any more. Rows selected: {count}."),
        "row": _("Row {row}"),
        "row_selected": _("Row {row}, selected"),
        "restored": _("The rows that you had not created yet are back."),
        "twin": _("Also on row {row}."),
    }
