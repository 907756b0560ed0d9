"""How production serves static files: compressed, under names that change with their content, inside modules too."""

from typing import ClassVar

from whitenoise.storage import CompressedManifestStaticFilesStorage as Compressed


class StaticFiles(Compressed):  # type: ignore[misc]  # an untyped library
    """Our modules import their neighbours by their hashed names, so that no page mixes two versions of a script.

    Django's own switch for this covers the scripts of every package, and one of those names files that it doesn't have.
    """

    patterns: ClassVar = (*Compressed.patterns, ("js/*.js", Compressed._js_module_import_aggregation_patterns[1]))
