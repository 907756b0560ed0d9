"""Where a form says that somebody came from."""

from django.utils.http import url_has_allowed_host_and_scheme


def own_path(named: str, otherwise: str) -> str:
    """The path of ours that was named: anything else could lead elsewhere, and redirect() would take it for a view."""
    is_ours = named.startswith("/") and url_has_allowed_host_and_scheme(named, allowed_hosts=None)
    return named if is_ours else otherwise
