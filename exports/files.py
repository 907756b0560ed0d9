"""Where exports lie: rows that were gathered in a spool, and the finished file, beside the uploads and as private."""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.files.storage import storages

from accounts.models import Reseller
from exports.models import Export


def folder_of(reseller: Reseller) -> Path:
    return Path(storages["uploads"].path("exports")) / str(reseller.public_id)


def path_of(export: Export) -> Path:
    return folder_of(export.reseller) / f"{export.public_id}.{export.format}"


def spool_of(export: Export) -> Path:
    return folder_of(export.reseller) / f"{export.public_id}.rows"


def append(export: Export, rows: Iterable[Sequence[Any]]) -> int:
    """Put rows behind those that count, over what a killed worker may have written there; returns where they end.

    The bytes are on the disk before the caller commits.
    """
    path = spool_of(export)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as spool:
        spool.seek(export.spooled)
        spool.writelines(json.dumps(row).encode() + b"\n" for row in rows)
        spool.flush()
        os.fsync(spool.fileno())
        return spool.tell()


def spooled_rows(export: Export) -> Iterator[list[Any]]:
    """The rows that count; what a killed worker wrote may lie behind them."""
    left = export.spooled
    with spool_of(export).open("rb") as spool:
        while left > 0:
            line = spool.readline()
            left -= len(line)
            yield json.loads(line)


def save(export: Export, content: Iterable[bytes]) -> int:
    """The finished file, whole or not at all; returns its size."""
    path = path_of(export)
    with NamedTemporaryFile(dir=path.parent, prefix=f"{export.public_id}.", suffix=".part", delete=False) as part:
        try:
            part.writelines(content)
            part.flush()
            os.fsync(part.fileno())
            Path(part.name).replace(path)
        except BaseException:
            Path(part.name).unlink()
            raise
        return part.tell()


def discard(export: Export) -> None:
    for path in (path_of(export), spool_of(export)):
        with suppress(FileNotFoundError):
            path.unlink()
