"""One reader per file format, all of the shape that `shape.Reader` describes."""

from imports.readers import csv
from imports.readers.shape import Reader

READERS: dict[str, Reader] = {"csv": csv}
