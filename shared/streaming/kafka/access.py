"""Rights and quotas in Kafka as they are declared, as a cluster has them, and the steps from one to the other.

aiokafka's admin client has no methods for them; its protocol has all requests but one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import SecurityDisabled, for_code
from aiokafka.protocol.admin import (
    CreateAclsRequest,
    DeleteAclsRequest,
    DescribeAclsRequest,
    DescribeClientQuotasRequest,
)
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Float64, Int16, Int32, Schema, String

from shared.streaming.kafka.connection import Kafka
from shared.streaming.kafka.topics import TopicsRefused, administrator

RESOURCES: Final = {"topic": 2, "group": 3, "cluster": 4, "transactional_id": 5}
OPERATIONS: Final = {
    "All": 2,
    "Read": 3,
    "Write": 4,
    "Create": 5,
    "Delete": 6,
    "Alter": 7,
    "Describe": 8,
    "ClusterAction": 9,
    "DescribeConfigs": 10,
    "AlterConfigs": 11,
    "IdempotentWrite": 12,
}
QUOTAS: Final = ("producer_byte_rate", "consumer_byte_rate", "request_percentage")
_ANY, _LITERAL, _PREFIXED, _ALLOW, _EXACT, _MATCH_ANY = 1, 3, 4, 3, 0, 2


class Right(NamedTuple):
    """name: of the resource, with `*` at its end for all that begin so."""

    user: str
    resource: str
    name: str
    operation: str

    def __str__(self) -> str:
        return f"{self.user} may {self.operation} {self.resource} {self.name}"


class Quota(NamedTuple):
    user: str
    key: str
    value: float

    def __str__(self) -> str:
        return f"{self.user}: {self.key} {self.value:.0f}"


@dataclass(frozen=True, slots=True)
class Access:
    rights: frozenset[Right]
    quotas: frozenset[Quota]

    @property
    def users(self) -> set[str]:
        return {one.user for one in self.rights} | {one.user for one in self.quotas}


@dataclass(frozen=True, slots=True)
class AccessStep:
    """What is given (True) or taken away (False)."""

    given: bool
    one: Right | Quota
    lines: Sequence[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", [f"{'+' if self.given else '-'} {self.one}"])


def declared_access(file: Path) -> Access:
    """What a file such as `access.yaml` here declares. Raises TopicsRefused."""
    try:
        found = yaml.safe_load(file.read_text())
        rights = [
            Right(user, resource, line[resource], operation)
            for user, lines in found["rights"].items()
            for line in lines
            for resource in line.keys() - {"may"}
            for operation in line["may"]
        ]
        quotas = [Quota(user, key, float(n)) for user, some in found["quotas"].items() for key, n in some.items()]
        unknown = {one.resource for one in rights} - RESOURCES.keys()
        unknown |= {one.operation for one in rights} - OPERATIONS.keys() | {one.key for one in quotas} - {*QUOTAS}
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise TopicsRefused(f"{file} declares no rights and quotas: {error!r}") from error
    if unknown:
        raise TopicsRefused(f"{file}: Kafka knows no {', '.join(sorted(unknown))}")
    return Access(frozenset(rights), frozenset(quotas))


async def plan_access(kafka: Kafka, wanted: Access) -> list[AccessStep] | None:
    """What differs for the users that are declared; None: the brokers have no authorizer. Raises KafkaError."""
    async with administrator(kafka) as admin:
        try:
            rights = await _rights(admin, wanted.users)
        except SecurityDisabled:
            return None
        quotas = await _quotas(admin, wanted.users)
    changed = {(one.user, one.key) for one in wanted.quotas - quotas}
    gone = [one for one in quotas - wanted.quotas if (one.user, one.key) not in changed]
    steps = [AccessStep(True, one) for one in sorted(wanted.rights - rights)]
    steps += [AccessStep(False, one) for one in sorted(rights - wanted.rights)]
    steps += [AccessStep(True, one) for one in sorted(wanted.quotas - quotas)]
    return [*steps, *(AccessStep(False, one) for one in sorted(gone))]


async def make_access(kafka: Kafka, steps: Sequence[AccessStep]) -> None:
    """Give and take. Raises KafkaError."""
    async with administrator(kafka) as admin:
        for one in steps:
            for code, *_ in await _made(admin, one):
                _check(code)


async def _made(admin: AIOKafkaAdminClient, step: AccessStep) -> Sequence[tuple[int, Any]]:
    """The broker's answers, which begin with a code."""
    if isinstance(step.one, Quota):
        asked = _AlterQuotas([([("user", step.one.user)], [(step.one.key, step.one.value, not step.given)])])
        answers: Sequence[tuple[int, Any]] = (await _asked(admin, asked)).entries
    elif step.given:
        answers = (await _asked(admin, CreateAclsRequest(*_entry(step.one)))).creation_responses
    else:
        answers = (await _asked(admin, DeleteAclsRequest(*_entry(step.one)))).filter_responses
    return answers


async def _rights(admin: AIOKafkaAdminClient, users: set[str]) -> set[Right]:
    everything: Any = (_ANY, None, _ANY, None, None, _ANY, _ANY)
    found = await _asked(admin, DescribeAclsRequest(*everything))
    _check(found.error_code)
    names = {number: name for name, number in OPERATIONS.items()}
    kinds = {number: name for name, number in RESOURCES.items()}
    rights = set()
    for kind, name, pattern, acls in found.resources:
        for principal, _, operation, permission in acls:
            user = principal.removeprefix("User:")
            if user in users and permission == _ALLOW and kind in kinds and operation in names:
                shown = f"{name}*" if pattern == _PREFIXED else name
                rights.add(Right(user, kinds[kind], shown, names[operation]))
    return rights


async def _quotas(admin: AIOKafkaAdminClient, users: set[str]) -> set[Quota]:
    any_user: Any = [("user", _MATCH_ANY, None)]
    found = await _asked(admin, DescribeClientQuotasRequest(any_user, True))
    _check(found.error_code)
    quotas = set()
    for entity, values in found.entries or ():
        named = dict(entity)
        if named.get("user") in users and named.keys() == {"user"}:
            quotas |= {Quota(str(named["user"]), key, value) for key, value in values if key in QUOTAS}
    return quotas


def _entry(right: Right) -> tuple[int, str, int, str, str, int, int]:
    pattern = _PREFIXED if right.name.endswith("*") and len(right.name) > 1 else _LITERAL
    name = right.name.removesuffix("*") if pattern == _PREFIXED else right.name
    kind, operation = RESOURCES[right.resource], OPERATIONS[right.operation]
    return kind, name, pattern, f"User:{right.user}", "*", operation, _ALLOW


async def _asked(admin: AIOKafkaAdminClient, request: Any) -> Any:
    return await admin._send_request(request)


def _check(code: int) -> None:
    if code:
        raise for_code(code)()


class _AlterQuotasResponse(Response):  # type: ignore[misc]
    API_KEY = 49
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "entries",
            Array(
                ("error_code", Int16),
                ("error_message", String("utf-8")),
                ("entity", Array(("entity_type", String("utf-8")), ("entity_name", String("utf-8")))),
            ),
        ),
    )


class _AlterQuotasStruct(RequestStruct):  # type: ignore[misc]
    API_KEY = 49
    API_VERSION = 0
    RESPONSE_TYPE = _AlterQuotasResponse
    SCHEMA = Schema(
        (
            "entries",
            Array(
                ("entity", Array(("entity_type", String("utf-8")), ("entity_name", String("utf-8")))),
                ("ops", Array(("key", String("utf-8")), ("value", Float64), ("remove", Boolean))),
            ),
        ),
        ("validate_only", Boolean),
    )


Entity = Sequence[tuple[str, str]]
Ops = Sequence[tuple[str, float, bool]]


class _AlterQuotas(Request[_AlterQuotasStruct]):  # type: ignore[misc]
    """The request that aiokafka lacks: https://kafka.apache.org/protocol#The_Messages_AlterClientQuotas."""

    API_KEY = 49

    def __init__(self, entries: Sequence[tuple[Entity, Ops]]) -> None:
        self._entries = entries

    def build(self, request_struct_class: type[_AlterQuotasStruct]) -> _AlterQuotasStruct:
        return request_struct_class(self._entries, False)
