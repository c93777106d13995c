"""The first steps of an organisation: each is done when the records say so, nothing is ticked by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from services.identity.organisation import ORGANISATION
from services.identity.recents import RECENTS
from services.identity.user import USER
from shared.clock import to_rfc3339
from shared.domain.samples import SAMPLE_MARKS
from shared.kernel.kernel import Kernel
from shared.messages import Message, say
from shared.security.permissions import Access, Action, Level
from shared.views.port import Condition, Conditions, Query, Scope, Where


@dataclass(frozen=True, slots=True)
class Step:
    """resource, action: the right that it asks for; without it the step is not shown. where: what counts as done, once
    there are so many records. path: of the request that does it.
    """

    name: str
    label: Message
    hint: Message
    method: str
    path: str
    resource: str
    action: Action = "create"
    where: tuple[Where, ...] = ()
    records: int = 1


@dataclass(frozen=True, slots=True)
class Done:
    """at: the moment of the record that did it; None = it is still to do."""

    step: Step
    at: str | None


_MADE_BY_HAND = (Condition("external_id", "empty", True),)  # those of sample data bear one
_IMPORTED = (Condition("sample", "eq", False), Condition("status", "eq", "completed"))
_WAYS_IN = ("api_key", "calendar_feed")
_FEW = 50
STEPS = (
    Step(
        "organisation",
        say("Set up the organisation"),
        say("Say in which country you work, and check currency and time zone"),
        "PATCH", "/identity/organisations/{id}", "organisation", "manage",
    ),
    Step(
        "invite",
        say("Invite a colleague"),
        say("A colleague signs in by a link that you send"),
        "POST", "/identity/users", "user",
        where=(Condition("status", "in", ["invited", "active"]),), records=2,
    ),
    Step(
        "import",
        say("Bring your data"),
        say("Import accounts, contacts and deals from a file; you can take it back as a whole"),
        "POST", "/imports", "import",
        where=_IMPORTED,
    ),
    Step(
        "pipeline",
        say("Look at your pipeline"),
        say("See through which stages deals pass, and adjust them to how you sell"),
        "GET", "/sales/pipelines", "pipeline", "edit",
    ),
    Step(
        "deal",
        say("Open a deal"),
        say("Enter what you are selling, to whom, and what comes next"),
        "POST", "/sales/opportunities", "opportunity",
        where=_MADE_BY_HAND,
    ),
    Step(
        "activity",
        say("Plan the next step"),
        say("Note a call, a meeting or a task; it shows on the timeline of its records"),
        "POST", "/customer/activities", "activity",
        where=(Conditions("none", (Condition("tags", "in", [*SAMPLE_MARKS.values()]),)),),
    ),
    Step(
        "connect",
        say("Connect something"),
        say("Make an API key for another program, or see your activities in your calendar"),
        "POST", "/identity/api-keys", "import",
    ),
    Step(
        "view",
        say("Keep a list"),
        say("Save filters and columns as a view, to come back to"),
        "POST", "/customer/saved-views", "saved_view",
    ),
)  # fmt: skip


async def steps_of(kernel: Kernel, access: Access) -> list[Done]:
    """Those that the caller has the right to do, in order."""
    return [Done(step, await _done_at(kernel, access, step)) for step in _offered(kernel, access)]


def _offered(kernel: Kernel, access: Access) -> Iterator[Step]:
    for step in STEPS:
        if step.resource in kernel.catalogue and access.level(step.resource, step.action) is not Level.NONE:
            yield step


async def _done_at(kernel: Kernel, access: Access, step: Step) -> str | None:
    """Of all records of the organisation, those that the caller may not see among them: the answer is one moment."""
    if step.resource == ORGANISATION.name:
        found = await kernel.views.get(ORGANISATION.collection.name, access.tenant, Scope(access.tenant))
        return str(found["updated_at"]) if found is not None and found.get("country") else None
    if step.name == "pipeline":
        return await _looked_at(kernel, access, step.resource)
    if step.name == "connect":
        return await _connected(kernel, access)
    return await _made(kernel, access, step.resource, step.where, step.records)


async def _made(
    kernel: Kernel, access: Access, resource: str, where: tuple[Where, ...] = (), records: int = 1
) -> str | None:
    """When there were so many such records for the first time."""
    collection = kernel.catalogue[resource].collection.name
    page = await kernel.views.find(collection, Query(where, "", "created_at", limit=records), Scope(access.tenant))
    return str(page.items[-1]["created_at"]) if len(page.items) == records else None


async def _looked_at(kernel: Kernel, access: Access, resource: str) -> str | None:
    """When a user adjusted one of the first records, or the caller opened one."""
    collection, scope = kernel.catalogue[resource].collection.name, Scope(access.tenant)
    found = (await kernel.views.find(collection, Query(sort="updated_at", limit=_FEW), scope)).items
    users = await kernel.views.get_many(USER.collection.name, [d["updated_by"] for d in found], scope)
    recents = await kernel.views.get(RECENTS.collection.name, access.user, scope)
    opened = [to_rfc3339(e["at"]) for e in (recents or {}).get("entries", ()) if e["type"] == resource]
    return min([d["updated_at"] for d in found if d["updated_by"] in users] + opened, default=None)


async def _connected(kernel: Kernel, access: Access) -> str | None:
    """When another program was given a way in, or data came in."""
    found = [await _made(kernel, access, name) for name in _WAYS_IN if name in kernel.catalogue]
    imported = await _made(kernel, access, "import", _IMPORTED)
    return min((at for at in (*found, imported) if at is not None), default=None)
