"""What is asked before something wide or grave is done: a page that says what comes of it, and waits for a yes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext

from organizations.pages import grouped

Kept = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Question:
    """`kept` comes back with the answer; `link` leads to what one may want to do first."""

    title: str
    effects: Sequence[str]
    label: str
    back_url: str
    breadcrumbs: list[dict[str, str]]
    is_grave: bool = False
    kept: Kept = ()
    link: tuple[str, str] | None = None


def ask(request: HttpRequest, question: Question) -> HttpResponse:
    context: dict[str, Any] = {"question": question, "breadcrumbs": question.breadcrumbs}
    return render(request, "question.html", context)


def organizations(count: int) -> str:
    words = ngettext("%(count)s organization", "%(count)s organizations", count)
    return words % {"count": grouped(count)}
