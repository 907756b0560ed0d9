"""What people chose for a set of headings is chosen again when a file with the same headings comes."""

import hashlib
from collections.abc import Sequence

from django.db.models import Case, Value, When
from django.utils import timezone

from accounts.actors import Actor
from imports.headings import keys_of
from imports.models import Import, RememberedColumns


def recall(actor: Actor, job: Import) -> None:
    """Choose for the import's headings what the person chose before, else what anybody of the reseller's did last.

    For programs nothing is chosen: what they send means what its headings say.
    """
    if actor.key is not None:
        return
    mine_first = Case(When(membership=actor.membership, then=Value(0)), default=Value(1))
    rows = RememberedColumns.objects.filter(reseller=actor.reseller, headings=_hash_of(job.headings))
    found = rows.order_by(mine_first, "-chosen_at").first()
    if found is None:
        return
    keys = keys_of(job.headings)
    job.chosen_columns = {str(place): found.columns[key] for place, key in enumerate(keys) if key in found.columns}
    if found.date_order:
        job.chosen_layout = job.chosen_layout | {"date_order": found.date_order}


def remember(actor: Actor, job: Import) -> None:
    """Keep what a person has chosen for the import's headings."""
    if actor.key is not None:
        return
    keys = keys_of(job.headings)
    chosen = {keys[int(place)]: name for place, name in job.chosen_columns.items()}
    RememberedColumns.objects.update_or_create(
        reseller=actor.reseller,
        membership=actor.membership,
        headings=_hash_of(job.headings),
        defaults={
            "columns": chosen,
            "date_order": job.chosen_layout.get("date_order", ""),
            "chosen_at": timezone.now(),
        },
    )


def _hash_of(headings: Sequence[str]) -> str:
    """The same for the same headings in any order and writing."""
    return hashlib.sha256("\n".join(sorted(keys_of(headings))).encode(errors="surrogatepass")).hexdigest()
