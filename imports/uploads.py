"""Where uploaded files lie until they expire: on disk before the row that names them commits."""

import errno
import hashlib
import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final, NoReturn

from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler

from accounts.models import Reseller
from accounts.tenancy import acting_for
from imports.models import Import
from imports.unreadable import Unreadable

MOST_BYTES: Final = 100 * 1024 * 1024
ORPHAN_AFTER: Final = 60 * 60  # seconds; no request lives that long
NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)


class DurableStorage(FileSystemStorage):
    """Files that survive a power cut: file and folder are flushed before the name is given out."""

    def _save(self, name: str, content: "File[Any]") -> str:
        saved: str = super()._save(name, content)  # type: ignore[misc]
        path = Path(self.path(saved))
        for place in (path, path.parent, path.parent.parent):
            _flush(place)
        return saved


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Incoming(TemporaryUploadedFile):
    """A file that is still arriving. It lies beside those that are kept: to keep it is to rename it, whole or not at
    all, and what a killed process leaves lies where the sweep looks.
    """

    def __init__(self, handler: TemporaryFileUploadHandler) -> None:
        file = NamedTemporaryFile(suffix=".upload", dir=incoming())  # noqa: SIM115  lives as long as we do
        facts = (handler.content_type, 0, handler.charset, handler.content_type_extra)
        super(TemporaryUploadedFile, self).__init__(file, handler.file_name, *facts)


class LimitedUpload(TemporaryFileUploadHandler):
    """Streams an upload to disk and stops at the limit, or where the disk ends.

    The view finds `request.upload_is_too_large` or `request.upload_found_no_room`.
    """

    received = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super(TemporaryFileUploadHandler, self).new_file(*args, **kwargs)
        with self._as_far_as_there_is_room():
            self.file = _Incoming(self)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > MOST_BYTES:
            self._stop("upload_is_too_large")
        with self._as_far_as_there_is_room():
            super().receive_data_chunk(raw_data, start)

    @contextmanager
    def _as_far_as_there_is_room(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            self._stop("upload_found_no_room")

    def _stop(self, reason: str) -> NoReturn:
        setattr(self.request, reason, True)
        raise StopUpload(connection_reset=False)


def storage() -> Storage:
    return storages["uploads"]


def incoming() -> Path:
    folder = path_of("incoming")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def keep(content: "File[Any]", name: str) -> tuple[str, str]:
    """Store the file under about this name; returns the name it got and its SHA-256 in hex.

    Raises Unreadable when the disk is full.
    """
    digest = hashlib.sha256()
    for chunk in content.chunks():
        digest.update(chunk)
    content.seek(0)
    try:
        return storage().save(name, content), digest.hexdigest()
    except OSError as error:
        storage().delete(name)  # half of it, or all of it but perhaps not after a power cut
        if error.errno in NO_ROOM:
            raise Unreadable("no_room") from error
        raise


def path_of(name: str) -> Path:
    return Path(storage().path(name))


def sweep() -> int:
    """Delete files that no import names, left behind by a process that died; returns how many."""
    return _delete(_old(incoming())) + sum(map(_sweep_reseller, Reseller.objects.all()))


def _sweep_reseller(reseller: Reseller) -> int:
    old = {f"{reseller.public_id}/{file.name}": file for file in _old(path_of(str(reseller.public_id)))}
    with acting_for(reseller.pk):
        named = Import.objects.filter(reseller=reseller, upload__in=old, expired_at=None)
        kept = set(named.values_list("upload", flat=True))
    return _delete([file for name, file in old.items() if name not in kept])


def _old(folder: Path) -> list[Path]:
    return [file for file in folder.glob("*") if _age(file) > ORPHAN_AFTER]


def _age(file: Path) -> float:
    """In seconds. One that another sweep deletes meanwhile counts as new."""
    try:
        return time.time() - file.stat().st_mtime
    except FileNotFoundError:
        return -math.inf


def _delete(files: list[Path]) -> int:
    for file in files:
        file.unlink(missing_ok=True)
    return len(files)
