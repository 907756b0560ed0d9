"""The process that opens workbooks, started as `python -m imports.workbook`: bounded, and without Django or secrets.

It answers on its standard output with one JSON value `[kind, content]` a line; `imports/readers/workbook_process.py`
asks. Nothing in here knows a heading or a field.
"""
