"""The user guide: docs/guide shown in the portal's frame, so that it is written once and read without a network."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import ResolverMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from accounts.actors import Request

FOLDER: Final = settings.BASE_DIR / "docs" / "guide"
CONTENTS: Final = "README"
# Which page explains a view, or all views of a namespace.
EXPLAINED: Final = {
    "organizations:list": "find",
    "organizations:detail": "find",
    "organizations:new": "new-organization",
    "organizations:edit": "approvals",
    "organizations:bulk": "approvals",
    "organizations:columns": "find",
    "organizations:views": "find",
    "organizations:new_view": "find",
    "organizations:edit_view": "find",
    "organizations:grid": "grid",
    "organizations:created_together": "grid",
    "imports:row": "mend",
    "imports:undo": "undo",
    "imports": "import",
    "exports": "update",
    "csp_link": "tenants",
    "groups": "groups",
    "people": "administrators",
    "api_keys": "programs",
    "new_api_key": "programs",
    "api_key": "programs",
    "webhooks": "programs",
    "new_webhook": "programs",
    "webhook": "programs",
    "edit_webhook": "programs",
    "mandatory_columns": "approvals",
    "unbilled": "approvals",
    "search": "keys",
}


@dataclass(frozen=True)
class Page:
    title: str
    nodes: list[SyntaxTreeNode]  # what is below the title; templates/portal/_guide.html writes it


@require_safe
def guide_page(request: Request, name: str) -> HttpResponse:
    if name == CONTENTS or name not in {path.stem for path in FOLDER.glob("*.md")}:
        raise Http404
    page = read_page(name)
    crumbs = [{"label": _("Help"), "url": reverse("help")}, {"label": page.title}]
    return render(request, "portal/guide.html", {"page": page, "breadcrumbs": crumbs})


def read_page(name: str) -> Page:
    tokens = MarkdownIt("commonmark").enable("table").parse((FOLDER / f"{name}.md").read_text(encoding="utf-8"))
    for token in tokens:
        _lead_to_the_portal(token.children or [])
    return Page(tokens[1].content, SyntaxTreeNode(tokens[3:]).children)  # before them: the heading's start, text, end


def _lead_to_the_portal(tokens: list[Token]) -> None:
    for token in tokens:
        if token.type == "link_open":
            token.attrSet("href", _address(str(token.attrGet("href"))))
        elif token.type == "image":
            token.attrSet("src", static(f"guide/{PurePosixPath(str(token.attrGet('src'))).name}"))


def _address(written: str) -> str:
    path = PurePosixPath(written)
    if path.suffix != ".md":
        return written
    return reverse("help") if path.stem == CONTENTS else reverse("guide", args=[path.stem])


def explained_by(match: ResolverMatch | None) -> str:
    """The address of the page that explains where somebody is, or nothing."""
    name = match and (EXPLAINED.get(match.view_name) or EXPLAINED.get(match.namespace))
    return reverse("guide", args=[name]) if name else ""
