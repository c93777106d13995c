"""Commands, and groups of them, whose modules are loaded when they are called: the others start without them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

ELSEWHERE = {  # name → where it is, and what `crm --help` says of it: its own help
    "audit": ("crm.audit:app", "The ledger over the event log: check it, hand it to auditors."),
    "backup": ("crm.backup:app", "Back up a suite: log, keys and files."),
    "restore": ("crm.restore:app", "Put a backup back, or one record to what it was."),
    "drill": (
        "crm.drill:drill",
        "Restore the newest backup aside, rebuild all views, compare with the live suite, measure, report to TARGET.",
    ),
    "fork": (
        "crm.restore:fork",
        "Make a sandbox: the suite as it was, as a system of its own, which can do nothing to the live one.",
    ),
    "token": ("crm.tokens:app", "API keys, for programs."),
    "topics": ("crm.topics:app", "The topics in Kafka."),
    "eventstore": ("crm.eventstore:app", "Serve an event store of EventStoreDB's protocol."),
    "user": ("crm.users:app", "Users of a suite, for operators."),
    "views": ("crm.views:app", "The views in MongoDB."),
}


def loaded(name: str) -> Any:
    """The command or group itself."""
    module, _, value = ELSEWHERE[name][0].partition(":")
    found, holder = getattr(import_module(module), value), typer.Typer()
    if isinstance(found, typer.Typer):
        holder.add_typer(found, name=name)
    else:
        holder.command(name)(found)
    return get_group(holder).commands[name]


class _Elsewhere(TyperCommand):
    """Stands in `crm --help`; when it is called, what was loaded takes its place."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        assert self.name is not None
        return loaded(self.name).make_context(info_name, args, parent=parent, **extra)


class Commands(TyperGroup):
    """Its own commands, then those of ELSEWHERE."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, (_, help) in ELSEWHERE.items():
            self.add_command(_Elsewhere(name, help=help), name)
