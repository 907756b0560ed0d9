"""Mail that was written to files instead of being sent, for operators to read."""

from pathlib import Path

from django.conf import settings
from django.contrib.admin.views.decorators import staff_member_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


def _files() -> dict[str, Path]:
    """The mails by file name, newest first."""
    files = sorted(Path(settings.EMAIL_FILE_PATH).glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True)
    return {path.name: path for path in files}


@require_safe
@staff_member_required
def mails(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/operator_mails.html", {"names": list(_files())[:200]})


@require_safe
@staff_member_required
def mail(request: HttpRequest, name: str) -> HttpResponse:
    found = _files().get(name)
    if found is None:
        raise Http404
    return HttpResponse(found.read_bytes(), content_type="text/plain; charset=utf-8")
