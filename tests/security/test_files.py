"""The files of a record that a caller does not read: no route tells that there are any, nor their names.

The routes that show records of every type ask the rights of the record that a file is on.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from services.identity.notifier import Cause, notify
from shared.security.apikeys import ApiKey, cut
from shared.streaming.change import Filter
from shared.streaming.changes import Stream
from shared.views.port import Scope
from tests.security.suite import Stage, open_stage
from tests.support.attaching import attach
from tests.support.listening_to import listening

NAME = "merger-with-globex.pdf"


class Scene:
    """Files on an account of the administrator's and on one of Rob's. Rob reads his own accounts alone."""

    def __init__(self, stage: Stage, rob: str, hidden: str, own: str) -> None:
        self.stage, self.rob, self.hidden, self.own = stage, rob, hidden, own
        self.admin = stage.clients[stage.acme.tenant, stage.acme.user]
        self.robs = stage.clients[stage.acme.tenant, rob]

    async def settle(self) -> None:
        await self.stage.suite.kernel.projector.catch_up()


async def scene(stage: Stage) -> Scene:
    kernel, tenant = stage.suite.kernel, stage.acme.tenant
    rob = await stage.user("sales_representative")
    admin = stage.clients[tenant, stage.acme.user]
    made = (await admin.post("/customer/accounts", json={"name": "Robs", "owner": rob})).json()["id"]
    await kernel.projector.catch_up()
    hidden = await attach(admin, "account", stage.ids["account"], NAME)
    own = await attach(admin, "account", made, "robs.pdf")
    await kernel.projector.catch_up()
    return Scene(stage, rob, hidden, own)


async def refused_or_empty(client: httpx.AsyncClient, method: str, path: str, body: Any = None) -> None:
    answer = await client.request(method, path, json=body)
    assert NAME not in answer.text, path
    assert answer.status_code in (403, 404, 422) or answer.json() in ({"items": []}, {"count": 0}), (path, answer.text)


async def test_no_route_tells_of_files_on_invisible_records(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        here = await scene(stage)
        base = f"/customer/attachments/{here.hidden}"
        for path in (base, f"{base}/content", f"{base}/history", f"{base}/timeline", "/customer/attachments?q=merger",
                     "/customer/attachments", "/customer/attachments/count", "/customer/attachments/export",
                     f"/customer/attachments?record_type=account&record={stage.ids['account']}"):  # fmt: skip
            await refused_or_empty(here.robs, "GET", path)
        known = await here.robs.get(f"/customer/attachments/{here.own}")
        assert known.json()["name"] == "robs.pdf"
        assert (await here.robs.get(f"/customer/attachments/{here.own}/content")).status_code == 200


async def test_bulk_acts_take_no_files(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        here = await scene(stage)
        for client in (here.robs, here.admin):
            for command in ("edit", "archive", "restore", "RenameFile", "customer.DeleteFile"):
                body = {"type": "attachment", "command": command, "body": {}}
                for chosen in ({"ids": [here.hidden]}, {"filters": {"name__prefix": "merger"}, "expected_count": 1}):
                    for path in ("/integration/bulk", "/integration/bulk/preview"):
                        answer = await client.post(path, json={**body, **chosen})
                        assert answer.status_code in (403, 422), (command, answer.text)
                        assert "actual" not in answer.json()
        described = next(t for t in (await here.admin.get("/meta")).json()["types"] if t["name"] == "attachment")
        assert all("in_bulk" not in command for command in described["commands"])


async def test_recents_and_following_ask_for_the_record(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        here = await scene(stage)
        both = [{"type": "attachment", "id": id} for id in (here.hidden, here.own)]
        assert (await here.robs.post("/identity/me/recents", json={"items": both})).status_code == 204
        recents = (await here.robs.get("/identity/me/recents")).json()["items"]
        assert [(r["id"], r["title"]) for r in recents] == [(here.own, "robs.pdf")]
        codes = [(await here.robs.post("/identity/me/following", json=one)).status_code for one in both]
        assert codes == [422, 200]
        robs_account = (await here.robs.get(f"/customer/attachments/{here.own}")).json()["record"]
        await here.settle()
        moved = {"owner": stage.acme.user}
        await here.admin.post(f"/customer/accounts/{robs_account}/transfer", json=moved)
        await here.settle()
        assert (await here.robs.get("/identity/me/following")).json() == {"items": []}
        assert (await here.robs.get("/identity/me/recents")).json() == {"items": []}


async def test_changes_are_told_to_who_reads_the_record(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        here = await scene(stage)
        robs = await _told(stage, here.rob, here.own)
        admins = await _told(stage, stage.acme.user, here.own)
        assert {*robs} == {here.own}
        assert [id for id in dict.fromkeys(admins) if id in (here.hidden, here.own)] == [here.hidden, here.own]


async def _told(stage: Stage, user: str, last: str) -> list[str]:
    """The ids of the files whose changes a user's stream tells, from the beginning up to a file's."""
    kernel = stage.suite.kernel
    access = await kernel.directory.access(stage.acme.tenant, user)
    assert access is not None

    async def allowed() -> None:
        """They stay allowed."""

    stream = Stream(access, Filter(frozenset({"attachment"})), kernel.catalogue)
    async with listening(kernel.changes.follow(stream, 0, allowed)) as heard:
        await heard.until(lambda h: any(one["id"] == last for one in h.of("change")))
    return [one["id"] for one in heard.of("change")]


async def test_notifications_ask_for_the_record(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        here = await scene(stage)
        kernel, tenant = stage.suite.kernel, stage.acme.tenant
        for number, file in enumerate((here.hidden, here.own)):
            cause = Cause(here.rob, "followed", (("attachment", file),), "x", "customer.FileRenamed", 1, 1, file)
            await notify(kernel, tenant, f"n{number}", cause)
        await here.settle()
        items = (await here.robs.get("/identity/me/notifications")).json()["items"]
        assert [(one["record"], one["title"]) for one in items if one["type"] == "attachment"] == [
            (here.own, "robs.pdf")
        ]
        assert await kernel.views.get("notifications", "n0", Scope(tenant)) is None


async def test_a_key_for_reading_takes_no_part_in_an_upload(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        here = await scene(stage)
        tenant = stage.acme.tenant
        admin = await stage.suite.kernel.directory.access(tenant, stage.acme.user)
        assert admin is not None
        account = stage.ids["account"]
        wanted = {"name": "a.pdf", "size": 9, "record_type": "account", "record": account}
        id = (await here.admin.post("/customer/uploads", json=wanted)).json()["id"]
        key = ApiKey("k1", stage.acme.user, "administrator", True, (), "d", 0, 0)
        reading = cut(admin, key, [a.name for a in stage.suite.kernel.catalogue])
        with stage.acting(reading) as keyed:
            assert (await keyed.post("/customer/uploads", json=wanted)).status_code == 403
            headers = {"Content-Type": "application/octet-stream", "Upload-Offset": "0"}
            sent = await keyed.patch(f"/customer/uploads/{id}", content=b"%PDF-1.4\n", headers=headers)
            assert sent.status_code == 403
            assert (await keyed.post(f"/customer/uploads/{id}/complete")).status_code == 403
            assert (await keyed.delete(f"/customer/uploads/{id}")).status_code == 403
        assert (await here.admin.get(f"/customer/uploads/{id}")).json()["offset"] == 0
