"""What a service brings to the suite. The composition root has one line for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.types import ASGIApp

from shared.domain.aggregate import Aggregate
from shared.kernel.kernel import Kernel
from shared.kernel.ports import Ports
from shared.security.permissions import Role
from shared.security.roles import Resource
from shared.streaming.multistream import MultiStreamProjection
from shared.streaming.reaction import Policy


def _no_policies(ports: Ports) -> Sequence[Policy]:
    return ()


class Watch(Protocol):
    async def run(self) -> None:
        """Look for what is due until cancelled."""
        ...


@dataclass(frozen=True, slots=True)
class Service:
    """create_app serves `/<name>`, and the paths below the segments `at_root` without that prefix.

    resources: what rights are granted on in addition to record types. roles: the built-in ones.
    streams: the categories of its streams that are no records, so that no view shows them.
    projections: those of many streams. watches: what runs next to its policies; beside_routes: next to its routes.
    keeps_files: whether its routes read or write what is attached to records.
    create_app and policies change nothing they are given: each process of the suite calls the ones its roles need.
    """

    name: str
    create_app: Callable[[Kernel], ASGIApp]
    aggregates: Sequence[Aggregate[Any]] = ()
    resources: Sequence[Resource] = ()
    roles: Sequence[Role] = ()
    streams: Sequence[str] = ()
    policies: Callable[[Ports], Sequence[Policy]] = _no_policies
    watches: Sequence[Callable[[Kernel], Watch]] = ()
    beside_routes: Sequence[Callable[[Kernel], Watch]] = ()
    at_root: Sequence[str] = ()
    projections: Sequence[MultiStreamProjection] = ()
    keeps_files: bool = False
