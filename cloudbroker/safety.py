"""What must be true before a process serves anybody; web and workers refuse to start otherwise."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from accounts.models import Reseller


def refuse_unsafe_start() -> None:
    """Raise ImproperlyConfigured unless row-level security binds the database role that we connect as."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        (is_above_policies,) = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND pg_has_role(current_user, relowner, 'MEMBER') AND relnamespace = 'public'::regnamespace"
        )
        (owned,) = cursor.fetchone()
    if is_above_policies or owned:
        raise ImproperlyConfigured(
            "DATABASE_URL names a role that row-level security does not bind (a superuser, BYPASSRLS or the tables'"
            " owner). Use the app role; DATABASE_OWNER_URL is for migrations only."
        )
    if settings.PRODUCTION and Reseller.objects.filter(is_demo=True).exists():
        raise ImproperlyConfigured("This database holds demo data, whose passwords are public. Use an empty one.")
    connection.close()
