"""The directory: rights from the identity views, across teams, leads and lines of managers; changes count at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any
from unittest.mock import patch

import pytest

from services.identity.catalogue import AGGREGATES
from services.identity.directory import PATCHED_AT_MOST, UserDirectory
from services.identity.organisation import ORGANISATION
from services.identity.role import ROLE
from services.identity.team import TEAM
from services.identity.user import USER
from shared.domain.aggregate import Aggregate
from shared.domain.calendar import Calendar
from shared.events import identity as events
from shared.events.envelope import Event, stream_name
from shared.security.permissions import Access
from shared.security.revocations import Revocations
from shared.security.tokens import LIFETIME, Claims
from shared.views.port import Query, Scope, ViewsUnavailable, Write
from shared.views.sqlite import SqliteViews
from tests.support.roles import BUILT_IN
from tests.unit.given import NOW, stored

Version = dict[str, int]


class Town:
    """Users, teams and roles in real views; every change is reported to the directory, as a projector does."""

    def __init__(self, views: SqliteViews) -> None:
        self.views, self.log, self.now = views, Revocations(), NOW
        self.directory = UserDirectory(views, BUILT_IN, self.log)
        self._versions: Version = {}

    async def put(self, aggregate: Aggregate[Any], id: str, *, tell: bool = True, **fields: Any) -> None:
        self._versions[id] = version = self._versions.get(id, 0) + 1
        state = aggregate.state(id=id, version=version, **fields)
        document = aggregate.document(state)
        await self.views.write([Write(aggregate.collection.name, "t1", id, document, version)])
        if tell:
            self.directory.on_events(stored(stream_name(aggregate.name, id), events.UserSuspended()))

    def happens(self, user: str, *happened: Event, first_version: int) -> None:
        """The log has events of a user that the views have not."""
        self.log.on_events(stored(stream_name("user", user), *happened, first_version=first_version, now=self.now))

    async def user(self, id: str, **fields: Any) -> None:
        await self.put(USER, id, **{"name": id, "status": "active", "roles": ["sales_manager"]} | fields)

    async def team(self, id: str, parent: str | None = None, **fields: Any) -> None:
        await self.put(TEAM, id, name=id, parent=parent, **fields)

    def end(self, session: str) -> None:
        self.log.on_events(stored(stream_name("session", session), events.SignedOut(), now=self.now))

    async def access(self, user: str) -> Access:
        found = await self.directory.access("t1", user)
        assert found is not None
        return found

    async def below(self, user: str) -> set[str]:
        return set((await self.access(user)).below)


@pytest.fixture
async def views() -> AsyncIterator[SqliteViews]:
    opened = SqliteViews.open(None)
    await opened.declare([a.collection for a in AGGREGATES])
    yield opened
    await opened.close()


@pytest.fixture
def town(views: SqliteViews) -> Town:
    return Town(views)


async def people(town: Town, teams: Iterable[tuple[str, str | None]], users: dict[str, list[str]]) -> None:
    for id, parent in teams:
        await town.team(id, parent)
    for user, where in users.items():
        await town.user(user, teams=where)


async def test_a_team_is_those_who_share_one_and_below_are_the_teams_underneath(town: Town) -> None:
    await people(
        town,
        [("top", None), ("east", "top"), ("north", "east"), ("west", "top")],
        {"boss": ["top"], "eva": ["east"], "ed": ["east"], "nora": ["north"], "will": ["west"], "alone": []},
    )
    assert (await town.access("eva")).team == {"eva", "ed"}
    assert await town.below("eva") == {"eva", "ed", "nora"}
    assert await town.below("boss") == {"boss", "eva", "ed", "nora", "will"}
    assert await town.below("nora") == {"nora"}
    assert await town.below("alone") == {"alone"}


async def test_below_reaches_all_whose_line_of_managers_leads_to_the_caller(town: Town) -> None:
    await town.user("head")
    await town.user("middle", manager="head")
    await town.user("leaf", manager="middle")
    await town.user("other")
    assert await town.below("head") == {"head", "middle", "leaf"}
    assert await town.below("middle") == {"middle", "leaf"}
    assert (await town.access("head")).team == {"head"}


async def test_a_circle_of_managers_ends(town: Town) -> None:
    await town.user("a", manager="b")
    await town.user("b", manager="a")
    assert await town.below("a") == {"a", "b"}


async def test_who_leads_a_team_reaches_it_without_being_in_it(town: Town) -> None:
    await town.team("east", leads=["lead"])
    await town.team("north", "east")
    await people(town, [], {"lead": [], "eva": ["east"], "nora": ["north"]})
    assert await town.below("lead") == {"lead", "eva", "nora"}


async def test_archived_teams_and_roles_give_nothing(town: Town) -> None:
    await town.team("gone", archived=True)
    await town.put(ROLE, "r1", zh="旧", en="Old", grants={"account": {"read": "all"}}, archived=True)
    await people(town, [], {"ann": ["gone"], "bob": ["gone"]})
    await town.user("ann", teams=["gone"], roles=["r1"])
    assert (await town.access("ann")).team == {"ann"}
    assert (await town.access("ann")).roles == ()


async def test_a_role_of_the_organisations_own_is_read_with_its_levels_and_masks(town: Town) -> None:
    await town.put(
        ROLE, "r1", zh="渠道", en="Channel", grants={"account": {"read": "below"}}, hidden={"account": ["tax_id"]}
    )
    await town.user("ann", roles=["r1", "unknown"])
    access = await town.access("ann")
    assert access.level("account", "read").name == "BELOW"
    assert access.hidden("account") == {"tax_id"}


@pytest.mark.parametrize("status", ["listed", "invited", "suspended", "deactivated"])
async def test_only_an_active_user_has_rights(town: Town, status: str) -> None:
    await town.user("ann", status=status)
    assert await town.directory.access("t1", "ann") is None
    assert await town.directory.access("t1", "nobody") is None
    await town.user("ann", archived=True)
    assert await town.directory.access("t1", "ann") is None


async def test_a_change_told_by_the_projector_counts_at_once_and_reads_only_what_changed(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.user("ann", teams=["east"])
    await town.team("east")
    await town.user("bob")
    assert (await town.access("ann")).team == {"ann"}

    async def refused(*_: Any) -> None:
        raise AssertionError("the whole tenant is read again")

    monkeypatch.setattr(town.views, "find", refused)
    await town.user("bob", teams=["east"])
    assert (await town.access("ann")).team == {"ann", "bob"}
    await town.user("ann", status="suspended")
    assert await town.directory.access("t1", "ann") is None


async def test_a_change_that_arrives_while_the_tenant_is_read_is_not_lost(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.user("ann")
    read = town.views.find

    async def interrupted(collection: str, query: Query, scope: Scope) -> Any:
        page = await read(collection, query, scope)
        if collection == "users":
            await town.user("ann", status="suspended")
        return page

    monkeypatch.setattr(town.views, "find", interrupted)
    assert await town.directory.access("t1", "ann") is None


async def test_a_failing_view_loses_no_change(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    await town.user("ann")
    await town.access("ann")

    async def failing(*_: Any) -> None:
        raise OSError("the view is away")

    with monkeypatch.context() as patched:
        patched.setattr(town.views, "get_many", failing)
        await town.user("ann", status="suspended")
        with pytest.raises(OSError, match="away"):
            await town.directory.access("t1", "ann")
    assert await town.directory.access("t1", "ann") is None


async def test_many_changes_are_read_as_a_whole(town: Town) -> None:
    await town.user("u0")
    await town.access("u0")
    for n in range(PATCHED_AT_MOST + 50):
        await town.user(f"u{n}", manager="u0" if n else None)
    assert len(await town.below("u0")) == PATCHED_AT_MOST + 50


async def test_after_missed_events_everything_is_read_again(town: Town) -> None:
    await town.user("ann")
    await town.access("ann")
    await town.put(USER, "ann", tell=False, name="ann", status="suspended")
    assert await town.directory.access("t1", "ann") is not None
    town.directory.forget_all()
    assert await town.directory.access("t1", "ann") is None


async def test_events_that_are_missed_while_the_tenant_is_read_count_too(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.user("ann")
    read, missed = town.views.find, iter([True])

    async def interrupted(collection: str, query: Query, scope: Scope) -> Any:
        page = await read(collection, query, scope)
        if collection == "users" and next(missed, False):
            await town.put(USER, "ann", tell=False, name="ann", status="suspended")
            town.directory.forget_all()
        return page

    monkeypatch.setattr(town.views, "find", interrupted)
    assert await town.directory.access("t1", "ann") is None


def claims(epoch: int = 0, session: str = "s1") -> Claims:
    return Claims("ann", "t1", session, epoch, 0, "jti")


async def test_tokens_of_an_older_epoch_are_refused(town: Town) -> None:
    await town.user("ann", epoch=3)
    assert await town.directory.caller(claims(epoch=2)) is None
    assert await town.directory.caller(claims(epoch=3)) is not None
    assert await town.directory.caller(claims(epoch=4)) is not None


async def test_tokens_of_an_ended_session_are_refused_as_long_as_they_would_live(town: Town) -> None:
    await town.user("ann")
    town.end("s1")
    assert await town.directory.caller(claims(session="s1")) is None
    assert await town.directory.caller(claims(session="s2")) is not None
    town.now += 2 * LIFETIME * 1_000_000
    town.end("s3")
    assert town.log.is_ended("t1", "s1")
    town.now += 1
    town.end("s4")
    assert [town.log.is_ended("t1", session) for session in ("s1", "s3", "s4")] == [False, True, True]


async def test_a_session_ends_in_its_own_organisation(town: Town) -> None:
    await town.user("ann")
    town.log.on_events([one._replace(tenant="t2") for one in stored(stream_name("session", "s1"), events.SignedOut())])
    assert await town.directory.caller(claims(session="s1")) is not None


@pytest.mark.parametrize(
    "ending", [events.UserSuspended(), events.UserDeactivated(), events.UserArchived(), events.UserErased("ann")]
)
async def test_who_loses_access_in_the_log_is_refused_before_the_views_show_it(town: Town, ending: Event) -> None:
    await town.user("ann", epoch=3)  # version 1
    town.happens("ann", ending, first_version=2)
    assert await town.directory.caller(claims(epoch=3)) is None


async def test_a_token_issued_after_a_change_of_rights_is_good_before_the_views_show_it(town: Town) -> None:
    await town.user("ann", epoch=3)  # version 1
    changes = (events.UserRolesAssigned(["x"], []), events.UserRolesAssigned([], ["x"]))
    town.happens("ann", *changes, first_version=2)
    assert [await town.directory.caller(claims(epoch=e)) is not None for e in (3, 4, 5)] == [False, False, True]
    await town.user("ann", epoch=4)  # version 2
    assert [await town.directory.caller(claims(epoch=e)) is not None for e in (3, 4, 5)] == [False, False, True]
    await town.user("ann", epoch=5)  # version 3
    assert [await town.directory.caller(claims(epoch=e)) is not None for e in (4, 5)] == [False, True]


async def test_changes_that_the_views_show_do_not_count_twice(town: Town) -> None:
    for _ in range(3):
        await town.user("ann", epoch=2)
    town.happens("ann", events.UserSuspended(), events.UserReactivated("active"), first_version=2)
    assert await town.directory.caller(claims(epoch=2)) is not None


async def test_an_access_is_resolved_once(town: Town) -> None:
    await town.user("ann")
    assert await town.access("ann") is await town.access("ann")


async def test_a_change_that_comes_while_an_earlier_one_is_read_is_not_lost(town: Town) -> None:
    await town.user("ann", roles=["sales_manager"])
    await town.access("ann")
    real, changes = SqliteViews.get_many, [["sales_representative"]]

    async def late(self: SqliteViews, *given: Any) -> Any:
        found = await real(self, *given)
        if changes:
            await town.user("ann", roles=changes.pop())
        return found

    await town.user("ann", roles=["administrator"])
    with patch.object(SqliteViews, "get_many", late):
        access = await town.access("ann")
    assert [role.id for role in access.roles] == ["sales_representative"]


async def test_many_changes_are_not_lost_when_the_views_do_not_answer(town: Town) -> None:
    await town.user("ann", roles=["sales_manager"])
    await town.access("ann")
    await town.user("ann", roles=["administrator"])
    for n in range(PATCHED_AT_MOST):
        town.directory.on_events(stored(stream_name("user", f"u{n}"), events.UserSuspended()))

    async def refuse(*_: Any) -> Any:
        raise ViewsUnavailable("away")

    with patch.object(SqliteViews, "find", refuse), pytest.raises(ViewsUnavailable):
        await town.access("ann")
    assert [role.id for role in (await town.access("ann")).roles] == ["administrator"]


async def test_a_calendar_is_the_organisations_or_in_the_users_own_zone(town: Town) -> None:
    assert await town.directory.calendar("t1") == Calendar()  # until the organisation is there
    await town.put(ORGANISATION, "t1", name="Acme", time_zone="America/New_York", fiscal_year_start=4, country="US")
    await town.user("anna", time_zone="Asia/Shanghai")
    await town.user("ben")
    await town.user("gone", time_zone="▒▒▒")  # the mask of an erased user
    assert await town.directory.calendar("t1") == Calendar("America/New_York", 4)
    assert await town.directory.calendar("t1", "anna") == Calendar("Asia/Shanghai", 4)
    for other in ("ben", "gone", "system"):
        assert await town.directory.calendar("t1", other) == Calendar("America/New_York", 4)
    assert (await town.directory.country("t1"), await town.directory.country("t2")) == ("US", "")


async def test_a_changed_zone_counts_at_once(town: Town) -> None:
    await town.put(ORGANISATION, "t1", name="Acme", time_zone="UTC")
    await town.user("anna")
    assert (await town.directory.calendar("t1", "anna")).time_zone == "UTC"
    await town.put(ORGANISATION, "t1", name="Acme", time_zone="Europe/Berlin")
    assert (await town.directory.calendar("t1", "anna")).time_zone == "Europe/Berlin"
    await town.user("anna", time_zone="Asia/Tokyo")
    assert (await town.directory.calendar("t1", "anna")).time_zone == "Asia/Tokyo"


async def test_the_policy_binds_those_without_a_factor_and_a_newer_token_is_looked_up(town: Town) -> None:
    await town.user("ann", roles=["administrator"])
    await town.user("ben")
    assert not (await town.access("ann")).unproven
    await town.put(ORGANISATION, "t1", name="Acme", second_factor="administrators")
    assert [(await town.access(id)).unproven for id in ("ann", "ben")] == [True, False]
    await town.put(ORGANISATION, "t1", name="Acme", second_factor="everybody")
    assert (await town.access("ben")).unproven
    await town.put(USER, "ben", tell=False, name="ben", status="active", second_factor=True, epoch=1)
    before = await town.directory.caller(Claims("ben", "t1", "s", 0, 0, ""))
    assert before is not None
    assert before.unproven
    after = await town.directory.caller(Claims("ben", "t1", "s", 1, 0, ""))  # issued when the factor was confirmed
    assert after is not None
    assert not after.unproven
