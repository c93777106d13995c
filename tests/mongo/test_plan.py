"""`crm views apply`: the difference is shown first, then made so; a second time there is none."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crm.cli import app
from crm.settings import WrongSetting
from shared.mongo import Mongo
from shared.views import mongo_plan
from shared.views.mongo import MongoViews
from shared.views.mongo_plan import make, plan
from shared.views.port import Field, Kind, Query, Scope, ViewsUnavailable
from tests.contract.views_help import OPEN, SOME, THINGS, put


def lines(steps: list[mongo_plan.Step]) -> list[str]:
    return [line for step in steps for line in step.lines]


async def test_what_is_missing_is_shown_and_made_once(mongo_url: str) -> None:
    steps = await plan(mongo_url, [THINGS, OPEN])
    assert "notices: index x_name is missing: t, x.name, k" in lines(steps)
    assert "things: the collection view_things is missing" in lines(steps)
    assert lines(await plan(mongo_url, [THINGS, OPEN])) == lines(steps)
    for _ in range(2):
        await make(mongo_url, steps)
    assert await plan(mongo_url, [THINGS, OPEN]) == []
    views = await MongoViews.open(mongo_url)
    assert await views.declare([THINGS, OPEN]) == ["things", "notices"]
    await views.close()


async def test_only_what_differs_is_named(mongo_url: str) -> None:
    views = await MongoViews.open(mongo_url)
    await views.declare([THINGS, OPEN])
    await views.write([put(SOME[0])])
    docs = views._mongo.docs("view_things")
    await docs.drop_index("x_size")
    await docs.index("of_somebody", [("t", 1), ("q", 1)])
    await views.begin_rebuild(OPEN)
    newer = replace(OPEN, fields=(*OPEN.fields, Field("more", Kind.INTEGER, "", "", indexed=True)))
    steps = await plan(mongo_url, [THINGS, newer])
    assert lines(steps) == [
        "things: index of_somebody is not declared: t, q",
        "things: index x_size is missing: t, x.size, k, o",
        "notices: of another version: the next start fills it again next to the old one",
    ]
    await make(mongo_url, steps)
    assert await plan(mongo_url, [THINGS, OPEN]) == []
    assert await views.count("things", Query(), Scope("t1")) == 1
    await views.close()


async def test_a_rebuild_that_nobody_is_at_any_more_is_dropped(mongo_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    views = await MongoViews.open(mongo_url)
    await views.declare([OPEN])
    await views.begin_rebuild(OPEN)
    assert await plan(mongo_url, [OPEN]) == []
    monkeypatch.setattr(mongo_plan, "ABANDONED_SECONDS", -1)
    steps = await plan(mongo_url, [OPEN])
    assert [step.dropped for step in steps] == [True]
    await make(mongo_url, steps)
    assert await plan(mongo_url, [OPEN]) == []
    assert not [name for name in await views._mongo.names() if "_next_" in name]
    await views.close()


def test_the_command_says_what_it_does_and_then_that_nothing_is_left(mongo_url: str) -> None:
    runner = CliRunner()
    shown = runner.invoke(app, ["views", "apply", "--views", mongo_url, "--dry-run"])
    assert "accounts: the collection view_accounts is missing" in shown.output
    assert "done" not in shown.output
    assert asyncio.run(_names(mongo_url)) <= {"views_collections"}
    made = runner.invoke(app, ["views", "apply", "--views", mongo_url])
    assert made.output.endswith("done\n")
    assert runner.invoke(app, ["views", "apply", "--views", mongo_url]).output == "the views are as declared\n"


def test_the_address_may_stand_in_a_file(mongo_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a secret is given to a container: it holds a password."""
    (tmp_path / "views").write_text(f"{mongo_url}\n")
    monkeypatch.delenv("CRM_VIEWS", raising=False)
    monkeypatch.setenv("CRM_VIEWS_FILE", str(tmp_path / "views"))
    shown = CliRunner().invoke(app, ["views", "apply", "--dry-run"])
    assert "accounts: the collection view_accounts is missing" in shown.output


async def _names(url: str) -> set[str]:
    mongo = Mongo(url, "test", ViewsUnavailable)
    try:
        return set(await mongo.names())
    finally:
        mongo.close()


@pytest.mark.parametrize("url", ["sqlite:", "mongodb://127.0.0.1:1/crm"])
def test_a_wrong_address_is_one_line(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.mongo._REACH_SECONDS", 0.4)
    failed = CliRunner().invoke(app, ["views", "apply", "--views", url])
    assert isinstance(failed.exception, WrongSetting)
    assert str(failed.exception).startswith("CRM_VIEWS: ")
