"""A dry run says of every row what the import then does: the same outcome, the same fields, the same codes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.integration.imports.command_sender import RowSender
from services.integration.mapping.plan import RowPlan
from services.integration.mapping.prepared import PreparedStep
from tests.support.importing import Office, office
from tests.support.role_harness import acts_since

pytestmark = pytest.mark.asyncio(loop_scope="module")
Row = tuple[str, tuple[tuple[str, str], ...]]  # outcome, (field, code) of each problem


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    async with office(tmp_path_factory.mktemp("rehearsals")) as opened:
        yield opened


@pytest.fixture(scope="module", autouse=True)
def seen() -> Iterator[dict[tuple[int, int], Row]]:
    """(step, row) → what became of it, of the imports and dry runs since this was cleared."""
    rows: dict[tuple[int, int], Row] = {}
    send_all = RowSender.send_all

    async def noting(sender: RowSender, step: PreparedStep, plans: list[tuple[int, RowPlan]]) -> None:
        await send_all(sender, step, plans)
        for number, plan in plans:
            rows[step.index, number] = plan.outcome, tuple((e.field, e.code) for e in plan.problems)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RowSender, "send_all", noting)
        yield rows


async def outcomes(
    desk: Office, seen: dict[tuple[int, int], Row], mapping: str, files: dict[str, str], path: str
) -> dict[tuple[int, int], Row]:
    seen.clear()
    report = await desk.run(mapping, files, path)
    assert report["status"] in ("dry-run", "completed"), report
    counts = [outcome for outcome, _ in seen.values()]
    for name in ("created", "updated", "unchanged", "passed", "rejected"):
        assert report["totals"][name] == counts.count(name), report
    return dict(seen)


async def compared(desk: Office, seen: dict[tuple[int, int], Row], mapping: str, files: dict[str, str]) -> list[Row]:
    """The outcome of each row, the same in the dry run and in the import. The dry run leaves no key and no event but
    that its rejected rows were shown."""
    kernel, subjects = desk.suite.kernel, desk.suite.kernel.keys.subjects
    before = await kernel.store.head(), await subjects(desk.tenant, "contact")
    foretold = await outcomes(desk, seen, mapping, files, "/imports/dry-run")
    assert await acts_since(desk.suite, before[0]) == []
    assert await subjects(desk.tenant, "contact") == before[1]
    done = await outcomes(desk, seen, mapping, files, "/imports")
    assert foretold == done
    await kernel.projector.catch_up()
    return [done[place] for place in sorted(done)]


def step(resource: str, fields: str, **more: str) -> str:
    lines = ["name: Shape", "steps:", "  - name: rows", "    file: rows.csv", f"    resource: {resource}"]
    lines += [f"    {key}: {value}" for key, value in more.items()]
    return "\n".join([*lines, f"    fields: {{ {fields} }}"])


CONTACTS = step("contact", "name: Name, email: Mail, phone: Phone")
BY_MAIL = step("contact", "family_name: Name, email: Mail, title: Title", mode="upsert", key="email")
ACCOUNTS = step("account", "name: Name, tax_id: Tax")
BY_NAME = step("account", "name: Name, tax_id: Tax, city: City", mode="upsert", key="name")
DEALS = step("opportunity", "name: Name, stage: Stage, amount: Sum, currency: {constant: EUR}, external_id: Id")
WON = (
    DEALS
    + """
    at: { column: Day }
    then:
      - command: sales.WinOpportunity
        when: { Stage: prospecting }
        fields: { amount: Sum }
"""
)
CREATED, UNCHANGED, UPDATED = ("created", ()), ("unchanged", ()), ("updated", ())


def no(field: str, code: str) -> Row:
    return "rejected", ((field, code),)


SHAPES: dict[str, tuple[str, str, list[Row]]] = {
    "a name is missing": (CONTACTS, "Name,Mail,Phone\n,a@shape1.example,\nAnn Shape1,b@shape1.example,\n", []),
    "one e-mail address twice": (
        CONTACTS,
        "Name,Mail,Phone\nAnn Shape2,s2@x.example,\nBob Shape2,s2@x.example,\n",
        [CREATED, no("email", "duplicate")],
    ),
    "one e-mail address in two spellings": (
        CONTACTS,
        "Name,Mail,Phone\nAnn Shape3,Case.Mail@X.example,\nBob Shape3,case.mail@x.example,\n",
        [CREATED, no("email", "duplicate")],
    ),
    "one name twice": (
        CONTACTS,
        "Name,Mail,Phone\nAnn Shape4,s4@x.example,\nann  shape4,t4@x.example,\n",
        [CREATED, no("name", "duplicate")],
    ),
    "one phone twice": (
        CONTACTS,
        "Name,Mail,Phone\nAnn Shape5,s5@x.example,+49 30 901820\nBob Shape5,t5@x.example,+4930901820\n",
        [CREATED, no("phone", "duplicate")],
    ),
    "a duplicate of a rejected row is none": (
        ACCOUNTS,
        "Name,Tax\nOne Shape6,T6\nTwo Shape6,T6\nTwo Shape6,T66\n",
        [CREATED, no("tax_id", "duplicate"), CREATED],
    ),
    "duplicates that are allowed": (
        step("account", "name: Name, allow_duplicate: {constant: true}"),
        "Name\nShape7\nShape7\n",
        [CREATED, CREATED],
    ),
    "a unique value needs a reason": (
        step("account", "name: Name, tax_id: Tax, allow_duplicate: {constant: true}"),
        "Name,Tax\nOne Shape8,T8\nTwo Shape8,t8\n",
        [CREATED, no("allow_duplicate", "reason-needed")],
    ),
    "an unknown stage": (DEALS, "Name,Stage,Sum,Id\nDeal,nowhere,5,\nDeal,prospecting,5,\n", []),
    "an id of the other system twice": (
        DEALS,
        "Name,Stage,Sum,Id\nDeal,prospecting,5,S10\nDeal,prospecting,6,s10\n",
        [CREATED, no("external_id", "duplicate")],
    ),
    "a value outside the options": (
        step("account", "name: Name, type: Type"),
        "Name,Type\nOne Shape11,customer\nTwo Shape11,best friend\n",
        [CREATED, no("type", "literal-error")],
    ),
    "a day in the future, a win without an amount": (
        WON,
        "Name,Stage,Sum,Day,Id\nA,prospecting,0,2024-01-02,\nB,prospecting,7,2999-01-02,\nC,prospecting,7,2024-01-02,\n",
        [],
    ),
    "an unknown reference": (
        step("opportunity", "name: Name, account: {column: Account, lookup: account.name}"),
        "Name,Account\nDeal,Nobody Shape13\nDeal,\n",
        [no("account", "unknown-reference"), CREATED],
    ),
    "a record twice by its key": (
        BY_MAIL,
        "Name,Mail,Title\nAnn,s14@x.example,Boss\nAnn,S14@X.example,Boss\nAnn,s14@x.example,Chief\n",
        [CREATED, UNCHANGED, UPDATED],
    ),
    "a key of two rows, the first of them rejected": (
        BY_NAME,
        "Name,Tax,City\nHolder Shape15,T15,\nLate Shape15,t15,Rome\nLate Shape15,T155,Rome\n",
        [],
    ),
    "duplicate keys where records are to be new": (
        step("account", "name: Name", mode="create", key="name"),
        "Name\nShape16\nshape16\n",
        [CREATED, no("name", "duplicate")],
    ),
    "a bad custom value": (
        step("account", "name: Name, custom.tier: Tier, custom.seats: Seats"),
        "Name,Tier,Seats\nOne Shape17,gold,3\nTwo Shape17,lead,4\nThree Shape17,gold,many\n",
        [],
    ),
    "an archived record is not there": (
        step("account", "name: Name, city: City", mode="update", key="name"),
        "Name,City\nArchived Shape,Rome\nThere Shape,Rome\n",
        [no("name", "unknown-record"), UPDATED],
    ),
    "a merged record stands for its survivor": (BY_MAIL, "Name,Mail,Title\nM,merged@shape.example,Boss\n", [UPDATED]),
    "a transition that is refused": (
        step("opportunity", "external_id: Id", mode="update", key="external_id")
        + """
    then:
      - { command: sales.LoseOpportunity, unless: { Why: "" }, fields: { reason: Why } }
      - { command: sales.WinOpportunity, when: { Why: "" }, fields: { amount: { constant: 5 } } }
""",
        "Id,Why\nTHERE,price\nTHERE,price\nTHERE,\n",
        [UPDATED, UNCHANGED, no("", "closed")],
    ),
    "an e-mail address that is none": (CONTACTS, "Name,Mail,Phone\nAnn Shape21,not an address,\n", []),
    "a row too long": (CONTACTS, "Name,Mail,Phone\nAnn Shape22,s22@x.example,,x\n", [no("", "too-many-columns")]),
    "bad optional values are left out": (
        step(
            "contact",
            "name: Name, email: { column: Mail, on_error: warn }, phone: { column: Phone, on_error: warn },"
            " birthday: { column: Born, on_error: warn }, owner: { column: Owner, lookup: user.name, on_error: warn },"
            " custom.level: { column: Level, on_error: warn }",
        ),
        "Name,Mail,Phone,Born,Owner,Level\n"
        "Ann Shape24,no address,12,31.2.,Nobody,lead\n"
        "Bob Shape24,s24@x.example,+49 30 901824,1990-01-02,Ada,gold\n"
        "Eve Shape24,s24@x.example,,,,\n",
        [CREATED, CREATED, no("email", "duplicate")],
    ),
    "cells that clear": (
        step(
            "account",
            "name: Name, city: { column: City, clear: true }, custom.tier: { column: Tier, clear: true },"
            " founded: { column: Since, on_error: clear }",
            mode="upsert",
            key="name",
        ),
        "Name,City,Tier,Since\nOne Shape25,Rome,gold,1990\nOne Shape25,,,long ago\nOne Shape25,,,long ago\n",
        [CREATED, UPDATED, UNCHANGED],
    ),
    "records of an earlier step": (
        ACCOUNTS
        + """
  - name: people
    file: rows.csv
    resource: contact
    fields: { name: Person, account: { column: Tax, lookup: account.tax_id } }
  - name: again
    file: rows.csv
    resource: account
    fields: { name: Name }
""",
        "Name,Tax,Person\nOne Shape23,T231,Ann Shape23\nTwo Shape23,T232,Bob Shape23\n",
        [CREATED] * 4 + [no("name", "duplicate")] * 2,
    ),
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def filled(desk: Office) -> Office:
    """What the shapes find in the organisation."""
    fields = "/customer/field-definitions"
    await desk.create(fields, resource="account", name="tier", kind="keyword", options=["gold"], en="Tier", zh="等级")
    await desk.create(fields, resource="account", name="seats", kind="integer", en="Seats", zh="席位")
    await desk.create(fields, resource="contact", name="level", kind="keyword", options=["gold"], en="Level", zh="等级")
    gone = await desk.create("/customer/accounts", name="Archived Shape")
    (await desk.client.post(f"/customer/accounts/{gone}/archive", json={})).raise_for_status()
    await desk.create("/customer/accounts", name="There Shape")
    kept = await desk.create("/customer/contacts", name="Kept Shape", email="kept@shape.example")
    merged = await desk.create("/customer/contacts", name="Merged Shape", email="merged@shape.example")
    (await desk.client.post(f"/customer/contacts/{kept}/merge", json={"absorb": [merged]})).raise_for_status()
    await desk.create("/sales/opportunities", name="There", external_id="THERE")
    await desk.suite.kernel.projector.catch_up()
    async with asyncio.timeout(90):
        while not (await desk.get(f"/customer/contacts/{merged}"))["archived"]:
            await asyncio.sleep(0.02)
    return desk


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_dry_run_tells_of_every_row_what_the_import_does(
    filled: Office, seen: dict[tuple[int, int], Row], shape: str
) -> None:
    mapping, file, wanted = SHAPES[shape]
    found = await compared(filled, seen, mapping, {"rows.csv": file})
    assert found
    if wanted:
        assert found == wanted
    else:
        assert [row for row in found if row[0] == "rejected"], found


NAMES = st.sampled_from(["", "Ann Lee", "ann  lee", "Bob Ray", "Eve"])
MAILS = st.sampled_from(["", "a@x.example", "A@x.example", "b@x.example", "no address"])
PHONES = st.sampled_from(["", "+49 30 901820", "+4930901820", "12"])
PEOPLE = st.lists(st.tuples(NAMES, MAILS, PHONES, st.sampled_from(["", "true"])), min_size=1, max_size=9)
MODES = st.sampled_from([{}, {"mode": "upsert", "key": "email"}, {"mode": "ensure", "key": "email"}])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=PEOPLE, mode=MODES)
async def test_any_small_file_is_rehearsed_as_it_is_imported(
    desk: Office, seen: dict[tuple[int, int], Row], rows: list[tuple[str, str, str, str]], mode: dict[str, str]
) -> None:
    """The people of each file have names and addresses of their own, so that runs do not meet."""
    mark = desk.suite.kernel.ids.new()[-12:]
    digits = str(int(mark, 16))[-6:]
    mapping = step("contact", "name: Name, family_name: Name, email: Mail, phone: Phone, do_not_call: Quiet", **mode)
    file = "Name,Mail,Phone,Quiet\n"
    for name, mail, phone, quiet in rows:
        own = phone and phone[:-6] + digits if len(phone) > 6 else phone
        file += f"{name and f'{name} {mark}'},{mail.replace('@', f'@{mark}.')},{own},{quiet}\n"
    await compared(desk, seen, mapping, {"rows.csv": file})
