"""django-import-export as its users would set it up for the same job: bulk mode, with validation of every row."""

import time
from pathlib import Path
from typing import Any

PEER_ROWS = 10_000


def import_export_seconds(path: Path) -> float:
    """Dry run and import of the same file, as its pages do it."""
    import tablib

    from accounts.models import Reseller
    from accounts.tenancy import acting_for

    text = path.read_text(encoding="utf-8").replace(";", ",")
    reseller = Reseller.objects.get()
    with acting_for(reseller.pk):
        began = time.perf_counter()
        for dry_run in (True, False):
            rows = tablib.Dataset().load(text, format="csv")
            _resource(reseller).import_data(rows, dry_run=dry_run, raise_errors=True)
        return time.perf_counter() - began


def _resource(reseller: Any) -> Any:
    from import_export import fields, resources, widgets

    from organizations.fields import BY_NAME, FIELDS, Kind, derived
    from organizations.models import Organization

    kinds = {Kind.BOOLEAN: _YesNo(), Kind.MONEY: widgets.DecimalWidget(), Kind.DATE: widgets.DateWidget("%Y-%m-%d")}

    class Customers(resources.ModelResource):  # type: ignore[misc]
        locals().update(
            {
                field.name: fields.Field(field.name, field.english_heading, kinds.get(field.kind, widgets.CharWidget()))
                for field in FIELDS
            }
        )

        class Meta:
            model = Organization
            fields = tuple(BY_NAME)
            import_id_fields = ()
            use_bulk = True
            batch_size = 1_000
            clean_model_instances = True
            skip_diff = True

        def init_instance(self, row: Any = None) -> Organization:
            return Organization(reseller=reseller)

        def import_instance(self, instance: Organization, row: Any, **kwargs: Any) -> None:
            super().import_instance(instance, row, **kwargs)
            values = tuple(getattr(instance, name) for name in BY_NAME)
            folded = derived(str(instance.public_id), values)
            instance.sort_name, instance.customer_number_key, instance.search_text = folded

    return Customers()


class _YesNo:
    """The words of our files."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> bool:
        return value == "Yes"

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "Yes" if value else "No"
