"""How long ago something was, in the reader's words."""

from datetime import datetime, timedelta
from typing import Final

from django import template
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.utils import timezone

register = template.Library()
LATELY: Final = timedelta(days=7)


@register.filter
def ago(moment: datetime) -> str:
    """“5 minutes ago”; nothing where it was so long ago that the date says more."""
    return str(naturaltime(moment)) if timezone.now() - moment < LATELY else ""
