"""One request and one answer, as the parts of the stand-in hand them to each other."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    method: str
    target: str  # path and query as they came
    headers: dict[str, str]  # names in lower case
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))

    @property
    def host(self) -> str:
        return self.headers.get("host", "")


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    # What goes wrong on the way: seconds to wait first, bytes to keep back, or nothing at all.
    delay: float = 0.0
    cut: bool = False
    drop: bool = False


def as_json(value: Any, status: int = 200, **headers: str) -> Answer:
    sent = {"Content-Type": "application/json; charset=utf-8"} | {
        name.replace("_", "-"): text for name, text in headers.items()
    }
    return Answer(status, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), sent)


def as_page(text: str, status: int = 200) -> Answer:
    return Answer(status, text.encode(), {"Content-Type": "text/html; charset=utf-8"})


def moved(url: str) -> Answer:
    return Answer(302, b"", {"Location": url})
