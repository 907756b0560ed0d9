"""Dates and times in English: days before named months and 24 hours, which nobody in any country reads wrongly."""

DATE_FORMAT = "j M Y"
SHORT_DATE_FORMAT = "d/m/Y"  # of fields that are typed in, here and in files
TIME_FORMAT = "H:i"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "j M Y, H:i"
