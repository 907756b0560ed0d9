"""Grids and programs' bulk calls, noted for the history of imports, in which they stand beside the files."""

import uuid

from accounts.actors import Actor
from events.models import Event, Kind
from organizations.models import Source, WrittenBatch, WrittenBatchQuerySet


def note_batch(actor: Actor, batch_id: uuid.UUID, source: Source, *, updated: int = 0, failed: int = 0) -> None:
    """Note what a batch has written, in its transaction; a grid that is sent again grows. Nothing is no batch."""
    made = Event.objects.filter(reseller=actor.reseller, batch_id=batch_id, kind=Kind.ORGANIZATION_CREATED).count()
    if not made and not updated:
        return
    counts = {"created": made, "updated": updated, "failed": failed}
    batch = WrittenBatch(
        reseller=actor.reseller,
        public_id=batch_id,
        source=source,
        membership=actor.membership,
        api_key=actor.key,
        **counts,
    )
    WrittenBatch.objects.bulk_create(
        [batch], update_conflicts=True, unique_fields=["reseller", "public_id"], update_fields=list(counts)
    )


def get_written_batches(actor: Actor) -> WrittenBatchQuerySet:
    return WrittenBatch.objects.permitted(actor).select_related("membership__user", "api_key")
