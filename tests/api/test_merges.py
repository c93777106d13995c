"""A merge holds everywhere: a question about one of the merged records has the same answer, by each of the ids.

Account d went into b, then b into a; contact q into p. All of them were named before by deals, people and activities.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import pytest_asyncio

from crm.settings import Settings
from services.identity.setup import set_up
from shared.security.passwords import Passwords
from tests.support.role_harness import open_any
from tests.support.suite import PASSWORD, PATHS, QUICK, Organisation, Whole, create

pytestmark = pytest.mark.asyncio(loop_scope="module")

A, C, D, M = (PATHS[name] for name in ("account", "contact", "opportunity", "activity"))


@dataclass
class Scene:
    whole: Whole
    http: httpx.AsyncClient
    ids: dict[str, str] = field(default_factory=dict)

    def meant(self, text: str) -> str:
        """`{a}` → the id of the record a."""
        return text.format_map(self.ids)

    async def make(self, key: str, type_: str, /, **body: Any) -> str:
        self.ids[key] = await create(self.http, type_, **body)
        return self.ids[key]

    async def post(self, path: str, **body: Any) -> httpx.Response:
        answer = await self.http.post(self.meant(path), json=body)
        assert answer.status_code in (200, 201), answer.text
        await self.whole.settle()
        return answer

    async def get(self, path: str, **params: str) -> Any:
        answer = await self.http.get(self.meant(path), params={k: self.meant(v) for k, v in params.items()})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def found(self, path: str, **params: str) -> str:
        """The names of the records of a list, in order."""
        names = {id: name for name, id in self.ids.items()}
        return " ".join(sorted(names[one["id"]] for one in (await self.get(path, **params))["items"]))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    suite = await open_any(Settings(tmp_path_factory.mktemp("suite") / "data"))
    whole = Whole(suite)
    await suite.start()
    try:
        done = await set_up(suite.kernel, "Acme", "Ada Bloom", "ada@acme.example", PASSWORD, "en", Passwords(QUICK))
        scene = Scene(whole, whole.client(of=Organisation(done.tenant, {"administrator": done.user})))
        await whole.settle()
        await _fill(scene)
        await scene.post(f"{A}/{{b}}/merge", absorb=[scene.ids["d"]])
        await scene.post(f"{A}/{{a}}/merge", absorb=[scene.ids["b"]])
        await scene.post(f"{C}/{{p}}/merge", absorb=[scene.ids["q"]])
        yield scene
    finally:
        for client in whole.opened:
            await client.aclose()
        await suite.close()


async def _fill(s: Scene) -> None:
    for name in "abcd":
        await s.make(name, "account", name=f"Account {name}", tax_id=f"DE-{name}")
    for name in "pqr":
        await s.make(name, "contact", name=f"Person {name}", email=f"{name}@example.com")
    await s.make("child", "account", name="Child", parent=s.ids["b"])
    await s.make("partner", "field_definition", resource="opportunity", name="partner", kind="reference", ref="account")
    for name, amount in zip("abcd", ("100", "900.50", "30", "7.25"), strict=True):
        body = {"name": f"Deal {name}", "account": s.ids[name], "amount": amount, "currency": "USD"}
        await s.make(f"deal_{name}", "opportunity", **body, custom={"partner": s.ids[name]})
        await s.make(f"human_{name}", "contact", name=f"Human {name}", account=s.ids[name])
        await s.make(f"note_{name}", "activity", kind="note", subject=name, links=[_link("account", s.ids[name])])
    await s.make("deal_none", "opportunity", name="Deal of nobody")
    for name in "pqr":
        guest = [{"type": "contact", "id": s.ids[name]}]
        await s.make(f"meeting_{name}", "activity", kind="meeting", subject=name, participants=guest)
        await s.http.post(f"{D}/{s.ids['deal_c']}/contact-role", json={"contact": s.ids[name], "role": "user"})


def _link(type_: str, id: str) -> dict[str, str]:
    return {"type": type_, "id": id}


OURS = "deal_a deal_b deal_d"


@pytest.mark.parametrize("id", ["{a}", "{b}", "{d}"])
@pytest.mark.parametrize(
    ("path", "filter", "found"),
    [
        (D, "account", OURS),
        (D, "account[in]", OURS),
        (D, "account[ne]", "deal_c deal_none"),
        (D, "custom.partner", OURS),
        (D, "custom.partner[in]", OURS),
        (D, "custom.partner[ne]", "deal_c deal_none"),
        (C, "account", "human_a human_b human_d"),
        (C, "account_ids", "human_a human_b human_d"),
        (C, "account_ids[contains]", "human_a human_b human_d"),
        (C, "account_ids[in]", "human_a human_b human_d"),
        (C, "account_ids[ne]", "human_c p r"),
        (A, "parent", "child"),
        (A, "parent[ne]", "a c"),
        (M, "links", "note_a note_b note_d"),
        (M, "links[contains]", "note_a note_b note_d"),
        (M, "links[in]", "note_a note_b note_d"),
        (M, "links[ne]", "meeting_p meeting_q meeting_r note_c"),
    ],
)
async def test_a_filter_finds_all_that_names_any_of_them(
    scene: Scene, path: str, filter: str, found: str, id: str
) -> None:
    assert await scene.found(path, **{filter: id}) == found
    assert (await scene.get(f"{path}/count", **{filter: id}))["count"] == len(found.split())
    later = "2999-01-01T00:00:00Z"
    assert await scene.found(path, **{filter: id, "as_of": later}) == found


@pytest.mark.parametrize("id", ["{p}", "{q}"])
@pytest.mark.parametrize(
    ("path", "filter", "found"),
    [
        (M, "invited", "meeting_p meeting_q"),
        (M, "about", "meeting_p meeting_q"),
        (M, "invited[ne]", "meeting_r note_a note_b note_c note_d"),
        (D, "contacts", "deal_c"),
    ],
)
async def test_people_are_followed_alike(scene: Scene, path: str, filter: str, found: str, id: str) -> None:
    assert await scene.found(path, **{filter: id}) == found


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"account[in]": "{b},{c}"}, "deal_a deal_b deal_c deal_d"),
        ({"account[in]": "{c}"}, "deal_c"),
        ({"account[in]": "{c},no-such-id"}, "deal_c"),
        ({"account": "{d}", "amount[ge]": "100"}, "deal_a deal_b"),
        ({"account": "{d}", "account[ne]": "{a}"}, ""),
        ({"account[empty]": "true"}, "deal_none"),
        ({"account[empty]": "false", "account[ne]": "{b}"}, "deal_c"),
    ],
)
async def test_conditions_together(scene: Scene, params: dict[str, str], found: str) -> None:
    assert await scene.found(D, **params) == found


async def test_too_many_values_are_refused_as_ever(scene: Scene) -> None:
    many = ",".join([scene.ids["b"], *(f"x{n}" for n in range(500))])
    answer = await scene.http.get(D, params={"account[in]": many})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "bad-query")


async def test_pages_go_on_within_the_merged(scene: Scene) -> None:
    seen, cursor = [], ""
    while cursor is not None:
        page = await scene.get(D, account="{b}", limit="1", sort="-amount", cursor=cursor)
        seen += [one["name"] for one in page["items"]]
        cursor = page["next"]
    assert seen == ["Deal b", "Deal a", "Deal d"]


@pytest.mark.parametrize("by", ["account", "custom.partner"])
@pytest.mark.parametrize("as_of", [{}, {"as_of": "2999-01-01T00:00:00Z"}])
async def test_a_board_counts_and_adds_them_up_as_one(scene: Scene, by: str, as_of: dict[str, str]) -> None:
    board = await scene.get(f"{D}/board", by=by, sum="amount", **as_of)
    groups = {g["key"]: (g["count"], g["sum"]) for g in board["groups"]}
    assert groups == {None: (1, "0.00"), scene.ids["a"]: (3, "1007.75"), scene.ids["c"]: (1, "30.00")}
    assert list(groups) == [None, *sorted(i for i in groups if i)]


async def test_a_board_of_a_survivor_that_is_younger_stays_in_order(scene: Scene) -> None:
    for name, currency in (("e", "USD"), ("f", "EUR"), ("g", "USD")):
        account = await scene.make(name, "account", name=f"Account {name}")
        body = {"name": f"Deal {name}", "account": account, "amount": "5", "currency": currency}
        await scene.make(f"deal_{name}", "opportunity", **body)
    await scene.post(f"{A}/{{g}}/merge", absorb=[scene.ids["e"]])
    groups = (await scene.get(f"{D}/board", by="account", sum="amount", **{"account[in]": "{e},{f}"}))["groups"]
    assert [(g["key"], g["count"], g["sum"]) for g in groups] == [
        (scene.ids["f"], 1, "5.00"),
        (scene.ids["g"], 2, "10.00"),
    ]
    for name in ("deal_e", "deal_f", "deal_g"):
        await scene.post(f"{D}/{{{name}}}/archive")
    for name in "gf":
        await scene.post(f"{A}/{{{name}}}/archive")


@pytest.mark.parametrize(("path", "field"), [(D, "account"), (C, "account"), (A, "parent")])
async def test_titles_are_those_of_the_living(scene: Scene, path: str, field: str) -> None:
    listed = await scene.get(path, names="true", **{field: "{a}"})
    assert {listed["names"][one[field]] for one in listed["items"]} == {"Account a"}
    assert listed["names"][scene.ids["a"]] == "Account a"


async def test_titles_of_custom_references_and_lists(scene: Scene) -> None:
    listed = await scene.get(D, names="true", account="{d}")
    assert {listed["names"][one["custom"]["partner"]] for one in listed["items"]} == {"Account a"}
    (deal,) = (await scene.get(D, names="true", account="{c}"))["items"]
    names = (await scene.get(D, names="true", account="{c}"))["names"]
    assert [names[id] for id in deal["contacts"]] == ["Person p", "Person p", "Person r"]


async def test_an_export_names_the_living(scene: Scene) -> None:
    answer = await scene.http.get(f"{D}/export", params={"account": scene.ids["b"], "names": "true", "sort": "name"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["name"] for row in rows] == ["Deal a", "Deal b", "Deal d"]
    for column, value in (
        ("account", scene.ids["a"]),
        ("account.title", "Account a"),
        ("custom.partner", scene.ids["a"]),
    ):
        assert [row[column] for row in rows] == [value] * 3
    answer = await scene.http.get(f"{M}/export", params={"links[in]": f"{scene.ids['d']},{scene.ids['c']}"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert sorted(row["links"] for row in rows) == sorted([scene.ids["a"]] * 3 + [scene.ids["c"]])


async def test_a_saved_view_kept_before_the_merge_goes_on(scene: Scene) -> None:
    kept = {"field": "account", "op": "eq", "value": scene.ids["d"]}
    view = await create(scene.http, "saved_view", resource="opportunity", name="Theirs", filters=[kept])
    (asked,) = (await scene.get(f"{PATHS['saved_view']}/{view}"))["filters"]
    assert asked == kept
    assert await scene.found(D, **{f"{asked['field']}[{asked['op']}]": asked["value"]}) == OURS


@pytest.mark.parametrize("id", ["{a}", "{b}", "{d}"])
async def test_timelines_and_summaries_are_one(scene: Scene, id: str) -> None:
    items = (await scene.get(f"{A}/{id}/timeline", kinds="activity"))["items"]
    assert sorted(one["record"]["subject"] for one in items) == ["a", "b", "d"]
    summary: dict[str, Any] = {}
    async with asyncio.timeout(60):  # it follows the deals within two seconds
        while summary.get("open_deals") != 3:
            summary = await scene.get(f"/sales/accounts/{id}/deals-summary")
    assert summary["open_amount"] == {"USD": "1007.75"}


@pytest.mark.parametrize(
    ("path", "body", "holder"),
    [
        (A, {"name": "New", "tax_id": "de-b"}, "a"),
        (A, {"name": "New", "tax_id": "DE-D"}, "a"),
        (C, {"name": "New", "email": "Q@example.com"}, "p"),
    ],
)
async def test_the_holder_of_a_taken_value_is_the_living(
    scene: Scene, path: str, body: dict[str, str], holder: str
) -> None:
    answer = await scene.http.post(path, json=body)
    assert (answer.status_code, answer.json()["holder"]) == (409, scene.ids[holder])


@pytest.mark.parametrize("id", ["{a}", "{b}", "{d}"])
@pytest.mark.parametrize(
    ("path", "body", "kept"),
    [
        (D, {"name": "New", "account": "ID"}, {"account": "{a}"}),
        (D, {"name": "New", "custom": {"partner": "ID"}}, {"custom": {"partner": "{a}"}}),
        (A, {"name": "New child", "parent": "ID", "allow_duplicate": True}, {"parent": "{a}"}),
        (
            C,
            {"name": "New human", "account": "ID", "allow_duplicate": True},
            {"account": "{a}", "account_ids": ["{a}"]},
        ),
        (M, {"kind": "note", "subject": "n", "links": [{"type": "account", "id": "ID"}]}, {"links": ["{a}"]}),
    ],
)
async def test_a_new_record_names_the_living(
    scene: Scene, path: str, body: dict[str, Any], kept: dict[str, Any], id: str
) -> None:
    made = await scene.http.post(path, json=_with(body, scene.meant(id)), headers={"X-Reason": "test"})
    assert made.status_code == 201, made.text
    new = f"{path}/{made.json()['id']}"
    found = await scene.get(new, min_version="1")
    assert {name: found[name] for name in kept} == {n: _met(v, scene.ids) for n, v in kept.items()}
    (await scene.http.post(f"{new}/archive", json={"force": True} if path == A else {})).raise_for_status()


def _with(value: Any, id: str) -> Any:
    """The value with the id in place of ID."""
    if isinstance(value, dict):
        return {name: _with(one, id) for name, one in value.items()}
    return [_with(one, id) for one in value] if isinstance(value, list) else id if value == "ID" else value


def _met(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _met(one, ids) for name, one in value.items()}
    return [_met(one, ids) for one in value] if isinstance(value, list) else value.format_map(ids)


@pytest.mark.parametrize("id", ["{a}", "{b}", "{d}"])
@pytest.mark.parametrize(
    ("record", "method", "verb", "body", "field", "then"),
    [
        (f"{D}/{{deal_c}}", "PATCH", "", {"account": "ID"}, "account", "{a}"),
        (f"{D}/{{deal_b}}", "PATCH", "", {"account": "ID"}, "account", "{b}"),  # it names it already
        (f"{D}/{{deal_c}}", "PATCH", "", {"custom": {"partner": "ID"}}, "custom", {"partner": "{a}"}),
        (f"{M}/{{note_c}}", "POST", "/link", {"type": "account", "id": "ID"}, "links", ["{c}", "{a}"]),
        (f"{M}/{{note_b}}", "POST", "/link", {"type": "account", "id": "ID"}, "links", ["{b}"]),
        (f"{M}/{{note_b}}", "POST", "/unlink", {"id": "ID"}, "links", []),
        (f"{C}/{{human_c}}", "POST", "/link-account", {"account": "ID"}, "account_ids", ["{c}", "{a}"]),
        (f"{C}/{{human_b}}", "POST", "/end-account-link", {"account": "ID"}, "account_ids", []),
        (f"{A}/{{c}}", "POST", "/parent", {"parent": "ID"}, "parent", "{a}"),
    ],
)
async def test_an_edit_names_the_living_or_what_the_record_named(
    scene: Scene, record: str, method: str, verb: str, body: dict[str, Any], field: str, then: Any, id: str
) -> None:
    path = scene.meant(record)
    before = await scene.get(path)
    asked = _with(body, scene.meant(id))
    changed = await scene.http.request(method, path + verb, json=asked)
    assert changed.status_code == 200, changed.text
    version = changed.json()["version"]
    found = await scene.get(path, min_version=str(version))
    assert found[field] == _met(then, scene.ids)
    if version != before["version"]:
        (await scene.http.post(f"{path}/undo", json={"version": version})).raise_for_status()
        await scene.whole.settle()


async def test_people_are_answered_for_and_named_by_either_id(scene: Scene) -> None:
    meeting, deal = scene.ids["meeting_q"], scene.ids["deal_c"]
    await scene.post(f"{M}/{meeting}/respond", participant=scene.ids["p"], response="accepted")
    (guest,) = (await scene.get(f"{M}/{meeting}"))["participants"]
    assert guest == {"type": "contact", "id": scene.ids["q"], "response": "accepted"}
    await scene.post(f"{D}/{deal}/remove-contact-role", contact=scene.ids["p"])
    await scene.post(f"{D}/{deal}/remove-contact-role", contact=scene.ids["p"])
    assert (await scene.get(f"{D}/{deal}"))["contacts"] == [scene.ids["r"]]


@pytest.mark.parametrize(
    ("path", "body", "candidate"),
    [
        (A, {"name": "ACCOUNT B"}, "a"),
        (A, {"name": "Account d"}, "a"),
        (C, {"name": "Person q"}, "p"),
    ],
)
async def test_who_has_the_name_of_a_merged_one_is_a_duplicate_of_the_living(
    scene: Scene, path: str, body: dict[str, str], candidate: str
) -> None:
    answer = await scene.http.post(path, json=body)
    assert (answer.status_code, answer.json()["candidates"]) == (409, [scene.ids[candidate]])


async def test_a_namesake_at_the_same_account_is_a_duplicate(scene: Scene) -> None:
    answer = await scene.http.post(C, json={"name": "Human b", "account": scene.ids["a"]})
    assert (answer.status_code, answer.json()["candidates"]) == (409, [scene.ids["human_b"]])


async def test_an_un_merge_takes_it_all_back(scene: Scene) -> None:
    await scene.post(f"{A}/{{a}}/unmerge", release=[scene.ids["b"]])
    assert await scene.found(D, account="{a}") == "deal_a"
    assert await scene.found(D, account="{b}") == await scene.found(D, account="{d}") == "deal_b deal_d"
    assert await scene.found(D, **{"account[ne]": "{a}"}) == "deal_b deal_c deal_d deal_none"
    listed = await scene.get(D, names="true", account="{d}")
    assert {listed["names"][one["account"]] for one in listed["items"]} == {"Account b"}
    await scene.post(f"{A}/{{b}}/unmerge", release=[scene.ids["d"]])
    assert await scene.found(D, account="{d}") == "deal_d"
    await scene.post(f"{C}/{{p}}/unmerge", release=[scene.ids["q"]])
    assert await scene.found(M, invited="{p}") == "meeting_p"
