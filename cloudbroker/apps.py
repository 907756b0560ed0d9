"""Makes the Celery application the one that tasks are sent through, wherever Django is set up."""

from django.apps import AppConfig


class CloudbrokerConfig(AppConfig):
    name = "cloudbroker"

    def ready(self) -> None:
        # Not at the top of the package: the launcher imports it before there are any settings.
        from cloudbroker import celery  # noqa: F401
