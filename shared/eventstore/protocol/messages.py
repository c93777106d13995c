"""EventStoreDB's messages and services, as the package `eventstoredb` generated them.

Source of the protocol: EventStoreDB's files `streams.proto`, `shared.proto`, `gossip.proto`, `serverfeatures.proto`.
"""

from __future__ import annotations

import warnings
from typing import Any
from uuid import UUID

from shared.clock import Micros

with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # betterproto asks setuptools for its version, which now warns
    import betterproto.lib.google.protobuf as google
    from betterproto import Message, which_one_of
    from eventstoredb.generated.event_store import client as base
    from eventstoredb.generated.event_store.client import gossip, server_features, streams
    from eventstoredb.generated.google.rpc import Code, Status

vars(server_features)["__client__"] = base  # the generated module names it and does not import it

__all__ = ["Code", "Status", "base", "google", "gossip", "server_features", "streams", "which"]

_SIGNED = 1 << 64


def which(message: Message, group: str) -> tuple[str, Any]:
    """The field of a group that is set, and its value; "" where none is."""
    return which_one_of(message, group)


def uuid_text(uuid: base.Uuid) -> str:
    """A UUID in either form that the protocol has, as text. Raises ValueError."""
    if uuid.string:
        return str(UUID(uuid.string))
    high, low = uuid.structured.most_significant_bits, uuid.structured.least_significant_bits
    return str(UUID(int=(high % _SIGNED) << 64 | low % _SIGNED))


def uuid_of(text: str, *, structured: bool = False) -> base.Uuid:
    if not structured:
        return base.Uuid(string=text)
    high, low = divmod(UUID(text).int, _SIGNED)
    halves = [half - _SIGNED if half >> 63 else half for half in (high, low)]
    return base.Uuid(structured=base.UuidStructured(*halves))


def ticks(moment: Micros) -> str:
    """A moment as the protocol writes it: tenths of microseconds since 1970."""
    return str(moment * 10)


def micros(created: str) -> Micros:
    return int(created) // 10
