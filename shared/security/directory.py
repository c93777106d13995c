"""The port to who is who in an organisation. The identity service keeps it (`services/identity/directory.py`)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol

from shared.domain.calendar import Calendar
from shared.domain.exchange import Rate
from shared.events.envelope import Stored
from shared.eventstore.port import EventStore
from shared.messages.languages import Language
from shared.security.audience import Offered
from shared.security.permissions import Access, Role
from shared.security.reach import Right
from shared.security.revocations import Revocations
from shared.security.tokens import Claims
from shared.views.port import Document, Views


class Places(Protocol):
    """The people and teams of one organisation at one moment, for decisions that change reach."""

    def under(self, *teams: str) -> frozenset[str]:
        """The users in the teams and in all live teams below them; the given teams count as live."""

    def line(self, user: str) -> frozenset[str]:
        """The user and all who report to them, directly or through others."""

    def access(self, tenant: str, user: str, roles: Iterable[Role]) -> Access:
        """The reach that a user would have with these roles, at the place where they stand now."""

    def shared_rights(self) -> set[Right]:
        """The rights that some role gives over the records of team mates or of people below."""


Documents = Mapping[str, Mapping[str, Document]]  # record type → id → document


class Standing(Protocol):
    """Everybody's rights in one organisation, as they follow from documents."""

    @property
    def documents(self) -> Documents:
        """What they follow from."""

    def access(self, tenant: str, user: str) -> Access | None:
        """An active user's rights; None for anyone else."""


class Directory(Protocol):
    """A listener of the projection: a change acts within 2 s in every process. What ends access acts at once."""

    def on_events(self, events: Sequence[Stored]) -> None:
        """Note which people, teams and roles changed."""

    def forget_all(self) -> None:
        """Read everything again at the next question."""

    async def caller(self, claims: Claims) -> Access | None:
        """The rights of the holder of a verified token; None when the user, their epoch or the session has ended."""

    async def is_unseen(self, claims: Claims, store: EventStore) -> bool:
        """Whether the log has the holder of a verified token and the views do not: they are filled, after a restore."""

    async def access(self, tenant: str, user: str) -> Access | None:
        """An active user's rights now; None for anyone else."""

    async def limited(self, tenant: str, user: str, role: str = "") -> Access | None:
        """An active user's rights now, cut to one role ("" = all of theirs); None for anyone else, where the role holds
        more, and where the log ended their access a moment ago."""

    async def names(self, tenant: str) -> Mapping[str, str]:
        """The names of all users of an organisation, by id."""

    async def calendar(self, tenant: str, user: str = "") -> Calendar:
        """The organisation's calendar; with a user, in that user's own time zone if they have one."""

    async def language(self, tenant: str, user: str) -> Language | None:
        """What the user has chosen in their preferences; None = nothing."""

    async def currency(self, tenant: str) -> str:
        """The organisation's currency (ISO 4217); "" = it has not said."""

    async def rate(self, tenant: str, currency: str, day: str) -> Rate | None:
        """What a currency is in the organisation's on a day: the newest rate of that day or before."""

    async def country(self, tenant: str) -> str:
        """The organisation's country (ISO 3166); "" = it has not said."""

    async def erases_by_request(self, tenant: str) -> bool:
        """Whether people are erased by an approved request alone."""

    async def places(self, tenant: str) -> Places:
        """Users, teams and roles of an organisation, for decisions that change reach."""

    @property
    def made_of(self) -> Collection[str]:
        """The record types that rights follow from."""

    async def documents(self, tenant: str) -> Documents:
        """Their documents now."""

    def standing(self, documents: Documents) -> Standing:
        """The rights that follow from documents of these types, decided as those of now are."""


# roles: the built-in ones by id; then the record type that defines custom fields, with its collection, and those whose
# records are offered
OpenDirectory = Callable[[Views, Mapping[str, Role], Revocations, Mapping[str, str], Sequence[Offered]], Directory]
