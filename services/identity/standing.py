"""Where everybody stands in an organisation, and so what each may do: a function of documents, without IO.

What is asked live, of a past day, or before a change is made, is decided by this code alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.identity.role import role_of
from services.identity.second_factor import asks
from shared.domain.calendar import Calendar
from shared.domain.formula.formulas import sources_of
from shared.security.audience import Audience, Offered, audiences, is_offered
from shared.security.permissions import Access, Role
from shared.security.reach import closure
from shared.security.sources import Derived
from shared.views.port import Document


@dataclass(slots=True)
class Standing:
    """Everybody's rights in one organisation, computed from its documents alone: those of now, of a past day, or with a
    change that nobody has made yet.

    documents: record type → id → document. members, led: team → users; children: team → teams; reports: manager →
    users.
    """

    documents: dict[str, dict[str, Document]]
    built_in: Mapping[str, Role]
    definitions: str = ""  # the record type of custom fields
    members: dict[str, set[str]] = field(default_factory=dict)
    led: dict[str, list[str]] = field(default_factory=dict)
    children: dict[str, list[str]] = field(default_factory=dict)
    reports: dict[str, list[str]] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    resolved: dict[str, Access] = field(default_factory=dict)
    limited: dict[tuple[str, str], Access] = field(default_factory=dict)  # user, role
    calendars: dict[str, Calendar] = field(default_factory=dict)
    derived: Derived = field(default_factory=dict)
    offered: Sequence[Offered] = ()
    audiences: dict[str, Audience] = field(default_factory=dict)  # by token

    def index(self) -> None:
        """Compute what is looked up from the documents. Archived teams and roles give nothing."""
        self.members, self.led, self.children, self.reports = {}, {}, {}, {}
        self.resolved, self.limited, self.calendars = {}, {}, {}
        teams = {id: d for id, d in self.documents["team"].items() if not d["archived"]}
        for team in teams.values():
            if team["parent"] in teams:
                self.children.setdefault(team["parent"], []).append(team["id"])
            for lead in team["leads"]:
                self.led.setdefault(lead, []).append(team["id"])
        self.names = {id: user["name"] for id, user in self.documents["user"].items()}
        for user in self.documents["user"].values():
            for team_id in user["teams"]:
                if team_id in teams:
                    self.members.setdefault(team_id, set()).add(user["id"])
            if user["manager"]:
                self.reports.setdefault(user["manager"], []).append(user["id"])
        self.index_audiences()
        own = self.documents["role"].items()
        self.derived = sources_of(self.documents.get(self.definitions, {}).values())
        self.roles = {**self.built_in, **{id: role_of(d) for id, d in own if not d["archived"]}}

    def index_audiences(self) -> bool:
        """Keep of what is offered only what is offered to some; whether that changed."""
        found: dict[str, Audience] = {}
        for one in self.offered:
            kept = {id: d for id, d in self.documents[one.name].items() if is_offered(d)}
            self.documents[one.name] = kept
            found |= audiences(kept.values(), one.token)
        before, self.audiences = self.audiences, found
        return before != found

    def offered_to(self, user: Document, roles: Collection[str]) -> frozenset[str]:
        """The tokens of the audiences that a user with these roles belongs to. Archived teams and roles are none."""
        teams = [team for team in user["teams"] if not self.documents["team"].get(team, {"archived": True})["archived"]]
        live = [role for role in roles if role in self.roles]
        return frozenset(token for token, one in self.audiences.items() if one.has(user["id"], live, teams))

    def access(self, tenant: str, user: str) -> Access | None:
        """An active user's rights; None for anyone else."""
        found = self.resolved.get(user)
        if found is None:
            document = self.documents["user"].get(user)
            if document is None or document["status"] != "active" or document["archived"]:
                return None
            found = self.resolved[user] = _resolve(tenant, document, self)
        return found


def _resolve(tenant: str, user: Document, snapshot: Standing) -> Access:
    id, teams = user["id"], user["teams"]
    organisation = snapshot.documents["organisation"].get(tenant, {})
    reach = closure([*teams, *snapshot.led.get(id, ())], snapshot.children)
    reports = closure(snapshot.reports.get(id, ()), snapshot.reports)
    access = Access(
        tenant,
        id,
        tuple(snapshot.roles[r] for r in user["roles"] if r in snapshot.roles),
        _users_of(teams, snapshot) | {id},
        _users_of(reach, snapshot) | reports | {id},
        user["name"],
        user["epoch"],
        snapshot.derived,
        offered=snapshot.offered_to(user, user["roles"]),
    )
    if user.get("second_factor") or not asks(organisation.get("second_factor", ""), access):
        return access
    return replace(access, unproven=True)


def _users_of(teams: Iterable[str], snapshot: Standing) -> frozenset[str]:
    return frozenset().union(*(snapshot.members.get(t, set()) for t in teams))
