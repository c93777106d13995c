"""Which services the suite has, and which parts of it one process serves and runs: its roles."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from crm.settings import WrongSetting
from services.integration.jobs.scheduler import JobScheduler
from shared.http.app import ServiceApp
from shared.http.changes import changes_router
from shared.http.docs import docs_router
from shared.http.gateway import Gateway
from shared.http.health import health_router
from shared.http.meta import meta_router
from shared.http.search import search_router
from shared.http.site import Site, has_client
from shared.kernel.catalogue import Catalogue
from shared.kernel.kernel import Kernel
from shared.kernel.ports import Ports
from shared.kernel.service import Service
from shared.streaming.agreement import Agreement
from shared.streaming.keeping import Loop, keep_going
from shared.streaming.reaction import Policy
from shared.streaming.reconcile import Reconciler
from shared.streaming.relay_notes import RelayNotes
from shared.streaming.witness import Witness
from shared.warehouse.follower import WarehouseFollower


def installed(*packages: str) -> tuple[Service, ...]:
    """What the packages below `services/` bring."""
    return tuple(import_module(f"services.{name}.app").SERVICE for name in packages)


SERVICES: Sequence[Service] = installed(
    "identity",
    "customer",
    "sales",
    "analytics",
    "audit",
    "integration",
)
_HERE = Path(__file__).parent
WEB = _HERE / "web" if has_client(_HERE / "web") else _HERE.parent / "web" / "dist"  # of a package; of a source tree
NOTICE = _HERE / "static"  # how to get the client
LOOPS = ("projector", "policies", "past", "warehouse", "imports", "notary", "relay")


@dataclass(frozen=True, slots=True)
class Roles:
    """apis: the services whose routes a process serves. loops: those of `LOOPS` that it runs."""

    apis: frozenset[str] = frozenset()
    loops: frozenset[str] = frozenset()

    def __or__(self, other: Roles) -> Roles:
        return Roles(self.apis | other.apis, self.loops | other.loops)

    def __str__(self) -> str:
        named = [f"api:{','.join(sorted(self.apis))}"] if self.apis else []
        return " ".join([*named, *(loop for loop in LOOPS if loop in self.loops)])

    @property
    def has_past(self) -> bool:
        """Whether it was asked for by its name that the store of the past is here."""
        return "past" in self.loops and self != ALL

    @property
    def asks_past(self) -> bool:
        """Whether it may ask another process about the past; a process of all roles asks when it must."""
        return (bool(self.apis) or "policies" in self.loops) and self != ALL

    @property
    def has_files(self) -> bool:
        """Whether it reads or writes what is attached to records."""
        return "policies" in self.loops or any(one.keeps_files for one in SERVICES if one.name in self.apis)

    @property
    def needs_warehouse(self) -> bool:
        return "warehouse" in self.loops or "analytics" in self.apis


ALL = Roles(frozenset(s.name for s in SERVICES), frozenset(LOOPS))
LEGAL = f"all, {', '.join(LOOPS)}, or api:SERVICE[,SERVICE…] of {', '.join(s.name for s in SERVICES)}"


def parse_roles(given: Iterable[str]) -> Roles:
    """The union of roles as `crm serve --role` names them. Raises WrongSetting, which lists the legal ones."""
    roles = Roles()
    for one in given:
        roles |= _role(one)
    return roles


def _role(name: str) -> Roles:
    if name == "all":
        return ALL
    if name in LOOPS:
        return Roles(loops=frozenset({name}))
    kind, _, listed = name.partition(":")
    if kind != "api":
        raise WrongSetting(f"there is no role {name!r}: a role is {LEGAL}")
    apis = frozenset(listed.split(","))
    if unknown := sorted(apis - ALL.apis):
        raise WrongSetting(f"there is no service {unknown[0]!r}: a role is {LEGAL}")
    return Roles(apis)


def catalogue_of(services: Iterable[Service]) -> Catalogue:
    """The record types of all services: every process reads them, whichever services it serves."""
    return Catalogue(
        [one for service in services for one in service.aggregates],
        [one for service in services for one in service.roles],
        [one for service in services for one in service.resources],
        [one for service in services for one in service.streams],
        [one for service in services for one in service.projections],
    )


def policies_of(services: Iterable[Service], ports: Ports) -> list[Policy]:
    return [policy for service in services for policy in service.policies(ports)]


def build_app(kernel: Kernel, roles: Roles = ALL, web: Path = WEB) -> ASGIApp:
    """The routes of a process behind one port; `/healthz` and `/readyz` are served in every role.

    web: the built client; where there is none, its pages say how to get it.
    """
    served = [service for service in SERVICES if service.name in roles.apis]
    apps: dict[str, ASGIApp] = {service.name: service.create_app(kernel) for service in served}
    routers = [health_router(kernel)]
    if served:
        routers += [search_router(kernel), changes_router(kernel), meta_router(kernel)]
        routers += [docs_router([service.name for service in SERVICES])]
    spanning = "What spans the services: search, live changes, the description of all records, health."
    root = ServiceApp("CRM", spanning, routers)
    at_root: dict[str, ASGIApp] = {segment: apps[service.name] for service in served for segment in service.at_root}
    if kernel.door is not None:
        at_root["warehouse"] = kernel.door
    if kernel.past_door is not None:
        at_root["past"] = kernel.past_door
    fallback = Site(web if has_client(web) else NOTICE, root, root.segments) if served else root
    return Gateway(fallback, apps, at_root)


def loops_of(kernel: Kernel, roles: Roles) -> list[Coroutine[Any, Any, None]]:
    """What a process runs in the background until it ends."""
    return [keep_going(loop) for loop in _loops(kernel, roles)]


def reconciler_of(kernel: Kernel) -> Reconciler:
    """For log, keys and views of an installation."""
    return Reconciler(
        kernel.catalogue, kernel.repository, kernel.codec, kernel.keys, kernel.views, kernel.clock, kernel.ids
    )


def _reached(kernel: Kernel) -> int:
    """The position that views and policies have handled; 0 where another process has the policies."""
    return min(kernel.projection.position, kernel.policies.position) if kernel.policies.holder.held else 0


def _loops(kernel: Kernel, roles: Roles) -> list[Loop]:
    loops: list[Loop] = [kernel.log.run, kernel.projection.run, *(one.run for one in kernel.projections)]
    if kernel.past_projector is not None:
        loops.append(kernel.past_projector.run)
    if "projector" in roles.loops:
        loops.append(Witness(kernel.store, kernel.keys).run)
    if "policies" in roles.loops:
        loops += [kernel.policies.run, *(watch(kernel).run for one in SERVICES for watch in one.watches)]
        loops.append(Agreement(reconciler_of(kernel), partial(_reached, kernel)).run)
    if "warehouse" in roles.loops and kernel.feed is not None:
        loops.append(kernel.feed.run)
    if isinstance(kernel.facts, WarehouseFollower):
        loops.append(kernel.facts.run)
    if "imports" in roles.loops:
        loops.append(JobScheduler(kernel).run)
    if kernel.worker is not None and kernel.shares is not None:
        loops += [kernel.worker.run, kernel.shares.run]
    if kernel.ledger is not None and ("notary" in roles.loops or "audit" in roles.apis):
        loops.append(kernel.ledger.run)
    if kernel.explorer is not None:
        loops.append(kernel.explorer.run)
    loops += [watch(kernel).run for one in SERVICES if one.name in roles.apis for watch in one.beside_routes]
    if roles.apis:
        loops.append(kernel.reads.run)
    if kernel.notary is not None:
        loops.append(kernel.notary.run)
    if kernel.publisher is not None:
        loops.append(kernel.publisher.run)
    if kernel.archiver is not None:
        loops.append(kernel.archiver.run)
    if (relay := kernel.relay) is not None:
        loops += [relay.run, RelayNotes(lambda: relay.mark.position, kernel.views).run]
    return loops
