"""What goes wrong with backups: one clear sentence each, which says what to do."""

from __future__ import annotations


class BackupProblem(Exception):
    """The backup, the place it is kept in or its key cannot be used as asked; nothing was half done."""


class Damaged(BackupProblem):
    """Something in the backup is missing, changed or not its own."""
