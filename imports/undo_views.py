"""The page that asks before a batch is undone, shows how far it is, and tells what was kept and why."""

import uuid
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import Actor, Request
from accounts.refusals import Refused
from imports.access import get_imports
from imports.models import Undo
from imports.undo import get_undo, start_undo
from organizations.access import get_names
from organizations.pages import grouped
from organizations.undoing import BatchMade, foresee, get_batch
from organizations.views import crumbs

REASONS: Final = {
    "gone": gettext_lazy("It is gone, or you may not see it."),
    "archived": gettext_lazy("It was archived since."),
    "touched": gettext_lazy("It was changed since."),
    "linked": gettext_lazy("It was linked to a Microsoft tenant since."),
    "not_valid": gettext_lazy("Its old values are not possible any more: another organization has them."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: Request, batch_id: uuid.UUID) -> HttpResponse:
    batch = get_batch(request.actor, batch_id)
    if request.method == "POST":
        try:
            start_undo(request.actor, batch_id)
        except Refused as refused:
            return render(request, "409.html", {"sentence": refused.sentence}, status=409)
        return redirect("imports:undo", batch_id)
    found = get_undo(request.actor, batch_id)
    context = _told(request.actor, found) if found else _question(request.actor, batch)
    context["title"] = _title(request.actor, batch_id)
    context["breadcrumbs"] = crumbs((_("Imports"), reverse("imports:history")), (_("Undo"), ""))
    return render(request, "imports/undo.html", context)


@require_safe
def progress(request: Request, batch_id: uuid.UUID) -> HttpResponse:
    get_batch(request.actor, batch_id)
    found = get_undo(request.actor, batch_id)
    if found is None:
        raise Http404
    if found.finished_at is not None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "imports/_progress.html", _told(request.actor, found))


def _title(actor: Actor, batch_id: uuid.UUID) -> str:
    """Names the file; a grid and a program's call have no name."""
    job = get_imports(actor).filter(public_id=batch_id).first()
    return _("Undo the import of %(file)s") % {"file": job.file_name} if job else _("Undo")


def _question(actor: Actor, batch: BatchMade) -> dict[str, Any]:
    removed, restored, kept = foresee(actor, batch)
    effects = [
        ngettext("%(n)s organization is removed.", "%(n)s organizations are removed.", removed)
        % {"n": grouped(removed)},
        ngettext("%(n)s gets its earlier values back.", "%(n)s get their earlier values back.", restored)
        % {"n": grouped(restored)},
        ngettext("%(n)s was touched since and stays as it is.", "%(n)s were touched since and stay as they are.", kept)
        % {"n": grouped(kept)},
    ]
    return {
        "question": [effect for effect, count in zip(effects, (removed, restored, kept), strict=True) if count],
        "is_over": batch.is_over,
        "nothing": not removed and not restored,
    }


def _told(actor: Actor, found: Undo) -> dict[str, Any]:
    names = get_names(actor, [uuid.UUID(public_id) for public_id, _reason in found.kept_first])
    return {
        "undo": found,
        "job": {"state": "undoing"},
        "progress": {
            "done": found.done,
            "total": found.total,
            "label": _("%(done)s of %(total)s") % {"done": grouped(found.done), "total": grouped(found.total)},
            "poll_seconds": 1,
        },
        "progress_url": reverse("imports:undo_progress", args=[found.batch_id]),
        "kept": [
            {
                "name": names.get(public_id, _("An organization")),
                "url": reverse("organizations:detail", args=[public_id]) if public_id in names else "",
                "reason": REASONS[reason],
            }
            for public_id, reason in found.kept_first
        ],
        "more_kept": found.kept - len(found.kept_first),
    }
