"""Files say which format they have; a program never touches one of a format newer than it knows."""

from __future__ import annotations

from pathlib import Path


class NewerFormat(Exception):
    """The file was written by a newer program; it was not changed."""

    def __init__(self, path: Path, found: int, known: int) -> None:
        super().__init__(f"{path} has format {found}, this program knows formats up to {known}: upgrade the program")
        self.path, self.found = path, found
