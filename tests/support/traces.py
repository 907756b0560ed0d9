"""Asking on behalf of somebody, and finding in the answer what that person may not know."""

from collections import Counter

from django.db import transaction

from support.worlds import LEFT

REFUSED = (401, 403, 404, 405, 409, 422)


class Reader:
    """One viewer of one world (or nobody), and what their answers held of any world's secrets.

    Each request is taken back, so that all viewers ask in the same world.
    """

    def __init__(self, worlds, world=None, viewer=None, *, programs=False):
        self.client = self.program = None
        self.who = f"{viewer} of {world.word}" if world else "nobody"
        self.seen, self.leaks, self.statuses = set(), [], Counter()
        secrets = [
            (one, other is world and self._may_read(one, viewer, programs)) for other in worlds for one in other.secrets
        ]
        self.allowed = {one.text.casefold(): one for one, may in secrets if may}
        self.forbidden = {one.text.casefold() for one, may in secrets if not may}

    @staticmethod
    def _may_read(secret, viewer, programs):
        """A key lives on when who made it has left; the person themselves reads nothing any more."""
        return secret.may_be_read_by("key_account_manager" if programs and viewer == LEFT else viewer)

    def ask(self, what, send):
        """`what` is the request in words, whose own texts the answer may repeat; `send` makes it."""
        with transaction.atomic():
            answer = send()
            text = read(answer)
            while answer.status_code in (302, 303) and answer.url.startswith("/") and self.client:
                answer = self.client.get(answer.url)
                text += read(answer)
            transaction.set_rollback(True)
        self.statuses[int(answer.status_code)] += 1
        self._judge(what, answer.status_code, text.casefold())

    def _judge(self, what, status, text):
        asked = what.casefold()
        self.leaks += [
            (self.who, what[:200], status, secret)
            for secret in self.forbidden
            if secret in text and secret not in asked
        ]
        if status >= 500:
            self.leaks.append((self.who, what[:200], status, "an error of ours"))
        self.seen |= {secret for secret in self.allowed if secret in text and secret not in asked}

    @property
    def not_found(self):
        """Names that this viewer may read and met nowhere: things that do not exist, or are not shown."""
        return sorted(one.text for text, one in self.allowed.items() if one.is_name and text not in self.seen)


def read(answer):
    """Everything that goes over the line: headers, and the body of a file too."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return f"{answer.headers}{body.decode(errors='replace')}"


def told(readers):
    """How many probes, how many of them refused, and by how many people."""
    statuses = sum((reader.statuses for reader in readers), Counter())
    refused = sum(count for status, count in statuses.items() if status in REFUSED)
    return f"{statuses.total()} probes by {len(readers)} readers, {refused} refused: {dict(sorted(statuses.items()))}"
