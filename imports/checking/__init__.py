"""What can be said of a file's rows without the database: read, checked, and written as the lines that COPY takes.

`imports/ahead.py` starts it as `python -m imports.checking`, a process of its own: without Django's models, settings or
secrets, and on a processor that the worker, which waits for the database meanwhile, leaves free.
"""
