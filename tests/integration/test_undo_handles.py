"""Every command's answer says how to take it back; sent as it is, that gives the record its former values."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from shared.domain.command import Command
from shared.kernel.call import Task
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.decide import Decider, Decision
from tests.security.sowing import Field
from tests.security.suite import Stage, open_stage
from tests.support.undo_cases import CASES, NONE, OWN_MARKS, UNDONE, UNSENT, Body, Case, Doc

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path_factory.mktemp("undo") / "data") as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def field_(stage: Stage) -> Field:
    return Field(stage, await stage.client(stage.acme.tenant, stage.acme.user))


class Walk:
    """One command of one record, and its way back."""

    def __init__(self, sown: Field, aggregate: AnyAggregate, command: Command) -> None:
        self.sown, self.client, self.aggregate, self.command = sown, sown.client, aggregate, command
        self.case = CASES.get(command.name, Case())
        self.path = ""
        self.version = 1

    async def record(self) -> Doc:
        answer = await self.client.get(self.path, params={"min_version": self.version})
        return dict(answer.raise_for_status().json())

    async def others(self) -> Doc:
        return {
            kind: (await self.sown.made(kind)).rpartition("/")[2]
            for kind in ("account", "contact", "team", "user", "product")
            if kind in repr(self.case.body.__code__.co_consts if callable(self.case.body) else "")
            or any(callable(b) and kind in repr(b.__code__.co_consts) for _, b in self.case.before)
        }

    async def send(self, verb: str, body: Body, ids: Doc) -> httpx.Response:
        sent = body(await self.record(), ids) if callable(body) else body
        method, path = ("PATCH", self.path) if verb == "PATCH" else ("POST", f"{self.path}/{verb}")
        answer = await self.client.request(method, path, json=sent)
        assert answer.is_success, (self.command.name, verb, sent, answer.text)
        self.version = answer.json()["version"]
        return answer

    async def run(self) -> tuple[Doc, Doc]:
        """The record before, and the command's answer."""
        if self.aggregate.name == "organisation":
            self.path = f"/identity/organisations/{self.sown.stage.acme.tenant}"
        else:
            extra = {"participants": await self.invited()} if self.command.verb == "respond" else {}
            self.path = await self.sown.made(self.aggregate.name, **extra)
        ids = await self.others()
        for verb, body in self.case.before:
            await self.send(verb, body, ids)
            if verb == "convert":
                await self.converted()
        if self.command.verb == "undo":
            await self.send(*UNDONE["tags"], {}) if self._takes("tags") else await self._renamed()
        if self.command.verb == "restore":
            await self.send("archive", {}, {})
        before = await self.record()
        answer = await self.send(self.command.verb, await self.body(before, ids), ids)
        return before, answer.json()

    async def body(self, record: Doc, ids: Doc) -> Doc:
        match self.command.verb:
            case "undo":
                return {"version": record["version"]}
            case "transfer":
                return {"owner": (await self.sown.made("user")).rpartition("/")[2]}
            case "tags":
                return {"add": ["Gold"]}
        return self.case.body(record, ids) if callable(self.case.body) else self.case.body

    async def invited(self) -> list[Doc]:
        return [{"type": "user", "id": self.sown.stage.acme.user}]

    def _takes(self, verb: str) -> bool:
        return any(c.verb == verb for c in self.aggregate.commands.values())

    async def _renamed(self) -> None:
        edit = next(c for c in self.aggregate.commands.values() if c.verb == "PATCH")
        await self.send("PATCH", CASES[edit.name].body, {})

    async def converted(self) -> None:
        async with asyncio.timeout(60):
            while (await self.record())["conversion"]["state"] == "running":
                await asyncio.sleep(0.02)


async def settle(stage: Stage) -> None:
    """The policies have come to the end of the log."""
    kernel = stage.suite.kernel
    async with asyncio.timeout(60):
        while min(kernel.projector.position, kernel.policies.position) < await kernel.store.head():
            await asyncio.sleep(0.02)


def walked(stage: Stage) -> list[tuple[AnyAggregate, Command]]:
    return [
        (aggregate, command)
        for aggregate in stage.suite.kernel.catalogue
        for command in aggregate.commands.values()
        if not command.hidden and command.name not in UNSENT
    ]


async def test_each_handle_takes_its_command_back(stage: Stage, field_: Field) -> None:
    wrong: list[object] = []
    for aggregate, command in walked(stage):
        if command.creates:
            continue
        walk = Walk(field_, aggregate, command)
        try:
            before, answer = await walk.run()
        except (AssertionError, httpx.HTTPStatusError) as error:
            wrong.append((command.name, str(error)))
            continue
        if command.verb == "convert":
            await walk.converted()
        if command.verb == "unmerge":
            await settle(stage)
        undo = answer["undo"]
        if undo is None:
            if NONE.get(command.name) != answer["undo_reason"]["code"] or not answer["undo_reason"]["message"]:
                wrong.append((command.name, answer))
            continue
        assert command.name not in NONE, command.name
        back = await field_.client.request(undo["method"], undo["path"], json=undo["body"])
        if not back.is_success:
            wrong.append((command.name, undo, back.text))
            continue
        walk.version = back.json()["version"]
        after = await walk.record()
        left = {
            name: (value, after.get(name))
            for name, value in before.items()
            if name not in OWN_MARKS | aggregate.lasting | {*walk.case.left} and after.get(name) != value
        }
        if left:
            wrong.append((command.name, undo, left))
    assert not wrong, "\n".join(map(str, wrong))


async def test_a_new_record_is_archived_again(stage: Stage, field_: Field) -> None:
    tried = 0
    for aggregate, command in walked(stage):
        if command.creates and command.back is None:
            path = await field_.made(aggregate.name)
            (await field_.client.get(path, params={"min_version": 1})).raise_for_status()
            entry = (await field_.client.get(f"{path}/history")).json()["items"][-1]
            back = await field_.client.request(entry["undo"]["method"], entry["undo"]["path"], json={})
            assert back.status_code == 200, (command.name, back.text)
            now = (await field_.client.get(path, params={"min_version": back.json()["version"]})).json()
            assert now["archived"], command.name
            tried += 1
    assert tried > 12


async def test_who_may_be_suspended_is_let_in_again(stage: Stage, field_: Field) -> None:
    path = f"/identity/users/{await stage.user('read_only')}"
    answer = (await field_.client.post(f"{path}/suspend", json={})).json()
    assert (answer["undo"]["path"], answer["undo"]["body"]) == (f"{path}/reactivate", {})
    back = (await field_.client.post(answer["undo"]["path"], json={})).json()
    assert back["undo"]["path"] == f"{path}/suspend"


async def test_labels_and_reasons_are_in_the_callers_language(stage: Stage, field_: Field) -> None:
    path = await field_.made("account")
    for language, label, reason in (
        ("en", "Undo this change", "nothing was changed, so there is nothing to take back"),
        ("zh-CN", "撤销此更改", "没有任何更改，因此无需撤销"),
        ("zh-TW", "復原此變更", "沒有任何變更，因此無需復原"),
    ):
        body, headers = {"industry": language}, {"Accept-Language": language}
        changed = (await field_.client.patch(path, json=body, headers=headers)).json()
        assert changed["undo"]["label"] == label
        same = (await field_.client.patch(path, json=body, headers=headers)).json()
        assert same["undo"] is None
        assert same["undo_reason"] == {"code": "no-change", "message": reason}


async def test_a_repeated_request_has_the_same_handle(stage: Stage, field_: Field) -> None:
    path = await field_.made("lead")
    asked = {"json": {"title": "CEO", "source": "fair"}, "headers": {"Idempotency-Key": "once"}}
    first = (await field_.client.patch(path, **asked)).json()
    assert first["undo"]["body"] == {"version": 3, "first": 2}, "one edit that is two events goes back as one"
    assert (await field_.client.patch(path, **asked)).json() == first


async def test_history_says_which_changes_can_still_be_taken_back(stage: Stage, field_: Field) -> None:
    path = await field_.made("opportunity")
    for verb, body in (("amount", {"amount": "1.00"}), ("amount", {"amount": "2.00"}), ("tags", {"add": ["x"]})):
        (await field_.client.post(f"{path}/{verb}", json=body)).raise_for_status()
    assert await reported(field_, path) == ["undo", "undo", "changed-since", "archive"]
    (await field_.client.post(f"{path}/undo", json={"version": 4})).raise_for_status()
    assert await reported(field_, path) == ["undo", "undone", "undo", "changed-since", "archive"]
    (await field_.client.post(f"{path}/win", json={})).raise_for_status()
    assert (await reported(field_, path))[:3] == ["reopen", "closed", "undone"]
    (await field_.client.post(f"{path}/archive", json={})).raise_for_status()
    assert (await reported(field_, path))[:2] == ["restore", "reopen"]


async def reported(sown: Field, path: str) -> list[str]:
    """The command of each entry's handle, or why there is none; the same on the timeline."""
    history = (await sown.client.get(f"{path}/history")).raise_for_status().json()["items"]
    timeline = (await sown.client.get(f"{path}/timeline", params={"kinds": "change"})).json()["items"]
    assert [item["change"] for item in timeline] == history
    return [e["undo"]["path"].rpartition("/")[2] if e["undo"] else e["undo_reason"]["code"] for e in history]


async def test_a_handle_is_only_given_to_who_may_use_it(stage: Stage, field_: Field) -> None:
    manager = await stage.client(stage.acme.tenant, await stage.user("sales_manager"))
    stranger = await stage.user("sales_representative")
    account = {"name": "Orchard 果园", "industry": "retail"}
    made = (await manager.post("/customer/accounts", json=account)).json()
    assert made["undo"]["path"].endswith("/archive")
    path = f"/customer/accounts/{made['id']}"
    given = (await manager.post(f"{path}/transfer", json={"owner": stranger})).json()
    assert (given["undo"], given["undo_reason"]["code"]) == (None, "forbidden")
    reader = await stage.client(stage.acme.tenant, await stage.user("read_only"))
    await settle(stage)
    assert await reported(Field(stage, reader), path) == ["forbidden", "forbidden"]
    assert await reported(field_, path) == ["undo", "archive"]


async def test_a_handle_never_sets_what_the_caller_may_not_change(stage: Stage, field_: Field) -> None:
    grants = {"account": {"read": "all", "edit": "all"}}
    body = {"zh": "员", "en": "Clerk", "grants": grants, "read_only": {"account": ["industry"]}}
    role = (await field_.client.post("/identity/roles", json=body)).json()["id"]
    path = await field_.made("account")
    (await field_.client.patch(path, json={"industry": "banking"})).raise_for_status()
    (await field_.client.patch(path, json={"phone": "+861012345678"})).raise_for_status()
    await settle(stage)
    clerk = await stage.client(stage.acme.tenant, await stage.user(role))
    assert await reported(Field(stage, clerk), path) == ["undo", "forbidden", "forbidden"]


async def test_a_reopened_deal_is_closed_again_as_it_was(stage: Stage, field_: Field) -> None:
    for verb, body, kept in (
        ("win", {"close_date": "2026-11-02"}, {"status": "won", "close_date": "2026-11-02"}),
        ("lose", {"close_date": "2026-11-03", "reason": "price"}, {"status": "lost", "lost_reason": "price"}),
    ):
        path = await field_.made("opportunity")
        (await field_.client.post(f"{path}/{verb}", json=body)).raise_for_status()
        reopened = (await field_.client.post(f"{path}/reopen", json={"reason": "again"})).json()
        undo = reopened["undo"]
        assert (undo["path"], undo["body"]) == (f"{path}/{verb}", body)
        back = (await field_.client.post(undo["path"], json=undo["body"])).raise_for_status().json()
        record = (await field_.client.get(path, params={"min_version": back["version"]})).json()
        assert {name: record[name] for name in kept} == kept


async def test_a_handle_is_not_given_for_what_its_look_ups_forbid(stage: Stage, field_: Field) -> None:
    """Winning confirms the amount, which is hidden from this role."""
    grants = {"opportunity": {"*": "all"}, "pipeline": {"read": "all"}}
    body = {"zh": "盲", "en": "Blind", "grants": grants, "hidden": {"opportunity": ["amount"]}}
    role = (await field_.client.post("/identity/roles", json=body)).json()["id"]
    await settle(stage)
    blind = await stage.client(stage.acme.tenant, await stage.user(role))
    path = await field_.made("opportunity")
    (await field_.client.post(f"{path}/win", json={})).raise_for_status()
    reopened = (await blind.post(f"{path}/reopen", json={"reason": "again"})).raise_for_status().json()
    assert (reopened["undo"], reopened["undo_reason"]["code"]) == (None, "forbidden")


async def test_new_records_and_edits_pay_nothing_for_their_handle(
    stage: Stage, field_: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided: list[str] = []
    decide = Decider.decide

    async def noted(self: Decider, task: Task) -> Decision:
        decided.append(task.command.name)
        return await decide(self, task)

    path = await field_.made("opportunity")
    monkeypatch.setattr(Decider, "decide", noted)
    made = await field_.client.post("/customer/accounts", json={"name": "Ridge 山脊", "allow_duplicate": True})
    assert made.json()["undo"]["path"].endswith("/archive")
    await field_.client.patch(f"/customer/accounts/{made.json()['id']}", json={"industry": "retail"})
    assert decided == ["customer.CreateAccount", "customer.ChangeAccountDetails"]
    await field_.client.post(f"{path}/win", json={})
    assert decided[2:] == ["sales.WinOpportunity", "sales.ReopenOpportunity"], "a rare one is asked"
