"""The formats, for the menus of pages that know nothing else about exports."""

from django import template

from exports.formats import FORMATS

register = template.Library()


@register.simple_tag
def export_formats() -> dict[str, str]:
    """Names and labels."""
    return {name: made.label for name, made in FORMATS.items()}
