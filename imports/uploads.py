"""Where uploaded files lie until they expire: on disk before the row that names them commits."""

import hashlib
import os
import time
from pathlib import Path
from typing import Any, Final

from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler

from accounts.models import Reseller
from accounts.tenancy import acting_for
from imports.models import Import

MOST_BYTES: Final = 100 * 1024 * 1024
ORPHAN_AFTER: Final = 60 * 60  # seconds; no request lives that long


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


class LimitedUpload(TemporaryFileUploadHandler):
    """Streams an upload to disk and stops at the limit; the view finds `request.upload_is_too_large`."""

    received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > MOST_BYTES:
            self.request.upload_is_too_large = True  # type: ignore[union-attr]
            raise StopUpload(connection_reset=False)
        super().receive_data_chunk(raw_data, start)


def storage() -> Storage:
    return storages["uploads"]


def keep(content: "File[Any]", name: str) -> tuple[str, str]:
    """Store the file under about this name; returns the name it got and its SHA-256 in hex."""
    digest = hashlib.sha256()
    for chunk in content.chunks():
        digest.update(chunk)
    content.seek(0)
    return storage().save(name, content), digest.hexdigest()


def path_of(name: str) -> Path:
    return Path(storage().path(name))


def sweep() -> int:
    """Delete files that no import names, left behind by a request that died; returns how many."""
    deleted = 0
    for reseller in Reseller.objects.all():
        folder = Path(storage().path(str(reseller.public_id)))
        old = [file for file in folder.glob("*") if time.time() - file.stat().st_mtime > ORPHAN_AFTER]
        with acting_for(reseller.pk):
            names = {f"{reseller.public_id}/{file.name}" for file in old}
            kept = set(Import.objects.filter(reseller=reseller, upload__in=names).values_list("upload", flat=True))
        for name in names - kept:
            storage().delete(name)
            deleted += 1
    return deleted
