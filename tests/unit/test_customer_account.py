"""Accounts decide."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as quick
from hypothesis import settings
from hypothesis import strategies as st

import services.customer.catalogue  # noqa: F401  (includes the commands of account_tree)
from services.customer.account import ACCOUNT
from services.customer.account_tree import TREE
from services.customer.merging import Others
from services.customer.taking import Past
from shared.domain.undo import UndoClash
from shared.errors import Invalid, Rejected
from shared.events.customer import (
    AccountAbsorbed,
    AccountArchived,
    AccountChangeUndone,
    AccountCreated,
    AccountDetailsChanged,
    AccountGraded,
    AccountParentSet,
    AccountReleased,
    AccountRestored,
    AccountsMerged,
    AccountsUnmerged,
    AccountTagsChanged,
    AccountTransferred,
    AccountTypeChanged,
)
from tests.unit.given import ID, ME, Given, given

BORN = AccountCreated({"name": "Acme", "city": "Bonn"}, ME)
OPEN = (0, False)


def test_it_is_its_creators_unless_said_otherwise() -> None:
    given(ACCOUNT).when("CreateAccount", {"name": " Acme ", "country": "cn"}).then(
        AccountCreated({"name": "Acme", "country": "CN"}, ME)
    )
    given(ACCOUNT).when("CreateAccount", {"name": "Acme", "owner": None}).then(AccountCreated({"name": "Acme"}, None))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("name", "x" * 201),
        ("country", "XX"),
        ("currency", "EURO"),
        ("email", "nobody"),
        ("phone", "010 1234"),
        ("annual_revenue", "many"),
        ("annual_revenue", -1),
        ("annual_revenue", "1.005"),
        ("annual_revenue", "1e20"),
        ("employees", 1.5),
        ("founded", 99),
        ("type", "friend"),
        ("parent", "a b"),
        ("colour", "red"),
    ],
)
def test_bad_fields_are_named(field: str, value: Any) -> None:
    given(ACCOUNT).when("CreateAccount", {"name": "Acme", field: value}).then_rejected(Invalid, field)


def test_an_edit_says_from_what_to_what_and_nothing_when_nothing_changes() -> None:
    acme = given(ACCOUNT, BORN)
    acme.when("ChangeAccountDetails", {"city": "Ulm", "custom": {"tier": "A"}}).then(
        AccountDetailsChanged({"city": {"from": "Bonn", "to": "Ulm"}, "custom.tier": {"from": None, "to": "A"}})
    )
    acme.when("ChangeAccountDetails", {"city": "Bonn"}).then_nothing()
    acme.when("ChangeAccountDetails", {}).then_nothing()


def test_a_name_cannot_be_emptied() -> None:
    given(ACCOUNT, BORN).when("ChangeAccountDetails", {"name": ""}).then_rejected(Invalid, "name")


def test_parents_make_no_cycle_and_no_endless_ladder() -> None:
    acme = given(ACCOUNT, BORN)
    acme.when("SetParentAccount", {"parent": "p"}, facts=["p", "q"]).then(AccountParentSet("p", None))
    acme.when("SetParentAccount", {"parent": "p"}, facts=["p", ID]).then_rejected(Invalid, "parent", "cycle")
    high = [str(n) for n in range(TREE.depth + 1)]
    acme.when("SetParentAccount", {"parent": "0"}, facts=high).then_rejected(Invalid, "parent", "too-deep")
    below = given(ACCOUNT, BORN, AccountParentSet("p", None))
    below.when("SetParentAccount", {"parent": "p"}, facts=["p"]).then_nothing()
    below.when("SetParentAccount", {"parent": None}, facts=[]).then(AccountParentSet(None, "p"))


def test_the_type_changes_by_a_command_of_its_own() -> None:
    acme = given(ACCOUNT, BORN)
    acme.when("ChangeAccountType", {"type": "customer"}).then(AccountTypeChanged("customer", "prospect"))
    acme.when("ChangeAccountType", {"type": "prospect"}).then_nothing()


def test_it_is_graded_by_how_much_it_matters() -> None:
    acme = given(ACCOUNT, BORN)
    graded = acme.when("GradeAccount", {"grade": "A"}).then(AccountGraded("A", ""))
    graded.when("GradeAccount", {"grade": "A"}).then_nothing()
    graded.when("GradeAccount", {"grade": ""}).then(AccountGraded("", "A"))
    acme.when("GradeAccount", {"grade": "E"}).then_rejected(Invalid, "grade")
    given(ACCOUNT, BORN, AccountArchived()).when("GradeAccount", {"grade": "A"}).then_rejected(
        Rejected, code="archived"
    )


@pytest.mark.parametrize("type_", ["supplier", "competitor"])
def test_whom_we_sell_nothing_to_has_no_grade(type_: str) -> None:
    other = given(ACCOUNT, BORN, AccountGraded("A", ""), AccountTypeChanged(type_, "prospect"))
    other.when("GradeAccount", {"grade": "B"}).then_rejected(Rejected, code="not-graded")
    other.when("GradeAccount", {"grade": ""}).then(AccountGraded("", "A"))
    assert ACCOUNT.document(other.state)["key_account"] is False


@pytest.mark.parametrize(("grade", "key_account"), [("", False), ("A", True), ("B", False)])
def test_a_key_account_has_the_highest_grade(grade: str, key_account: bool) -> None:
    assert ACCOUNT.document(given(ACCOUNT, BORN, AccountGraded(grade, "D")).state)["key_account"] is key_account


def test_tags_and_owners() -> None:
    acme = given(ACCOUNT, BORN, AccountTagsChanged(["a", "b"], []))
    acme.when("TagAccount", {"add": ["b", "c"], "remove": ["a", "x"]}).then(AccountTagsChanged(["c"], ["a"]))
    acme.when("TagAccount", {"add": ["a"]}).then_nothing()
    acme.when("TransferAccount", {"owner": "you"}).then(AccountTransferred("you", ME))
    acme.when("TransferAccount", {"owner": ME}).then_nothing()


def test_an_archived_account_is_restored_before_anything_else() -> None:
    gone = given(ACCOUNT, BORN, AccountArchived())
    for name, body in (
        ("ChangeAccountDetails", {"city": "Ulm"}),
        ("TagAccount", {"add": ["a"]}),
        ("TransferAccount", {"owner": "you"}),
        ("ChangeAccountType", {"type": "customer"}),
        ("UndoAccountChange", {"version": 2}),
    ):
        gone.when(name, body).then_rejected(Rejected, code="archived")
    gone.when("ArchiveAccount", facts=OPEN).then_nothing()
    gone.when("RestoreAccount").then(AccountRestored())
    given(ACCOUNT, BORN).when("RestoreAccount").then_nothing()


def test_open_opportunities_hold_it_back() -> None:
    acme = given(ACCOUNT, BORN)
    acme.when("ArchiveAccount", {"cause": "import-1"}, facts=OPEN).then(AccountArchived("import-1"))
    acme.when("ArchiveAccount", facts=(2, False)).then_rejected(Rejected, code="open-opportunities")
    acme.when("ArchiveAccount", {"force": True}, facts=(2, True)).then_rejected(Invalid, "force")
    acme.when("ArchiveAccount", {"force": True}, facts=(2, True), reason="bankrupt").then(AccountArchived(forced=True))


# --- undo -------------------------------------------------------------------------------------------------------------

MOVED = AccountDetailsChanged({"city": {"from": "Bonn", "to": "Ulm"}, "custom.tier": {"from": None, "to": "A"}})


def undone(version: int, **changes: tuple[Any, Any]) -> AccountChangeUndone:
    back = {name.replace("__", "."): {"from": a, "to": b} for name, (a, b) in changes.items()}
    return AccountChangeUndone(version, f"00000000-0000-0000-0000-{version:012}", back)


def test_undo_gives_back_what_was_before() -> None:
    acme = given(ACCOUNT, BORN, MOVED)
    back = acme.when("UndoAccountChange", {"version": 2}).then(
        undone(2, city=("Ulm", "Bonn"), custom__tier=("A", None))
    )
    assert (back.state.city, back.state.custom) == ("Bonn", {})
    again = back.when("UndoAccountChange", {"version": 3}).then(
        undone(3, city=("Bonn", "Ulm"), custom__tier=(None, "A"))
    )
    assert (again.state.city, again.state.custom) == ("Ulm", {"tier": "A"})
    back.when("UndoAccountChange", {"version": 2}).then_nothing()


def test_undo_names_what_was_changed_since() -> None:
    later = AccountDetailsChanged({"city": {"from": "Ulm", "to": "Köln"}})
    acme = given(ACCOUNT, BORN, MOVED, later)
    refused = acme.when("UndoAccountChange", {"version": 2}).then_rejected(UndoClash, "city", "changed-since")
    assert refused.extra["fields"] == ["city"]
    partly = given(ACCOUNT, BORN, MOVED, AccountDetailsChanged({"city": {"from": "Ulm", "to": "Bonn"}}))
    partly.when("UndoAccountChange", {"version": 2}).then(undone(2, custom__tier=("A", None)))


def test_undo_works_on_every_plain_change() -> None:
    acme = given(
        ACCOUNT, BORN, AccountTypeChanged("partner", "prospect"), AccountParentSet("p", None),
        AccountTagsChanged(["a"], []), AccountTransferred("you", ME),
    )  # fmt: skip
    acme.when("UndoAccountChange", {"version": 2}).then(undone(2, type=("partner", "prospect")))
    acme.when("UndoAccountChange", {"version": 3}, facts=[]).then(undone(3, parent=("p", None)))
    acme.when("UndoAccountChange", {"version": 4}).then(undone(4, tags=(["a"], [])))
    acme.when("UndoAccountChange", {"version": 5}).then(undone(5, owner=("you", ME)))


def test_what_undo_does_not_do() -> None:
    acme = given(ACCOUNT, BORN, AccountArchived(), AccountRestored())
    acme.when("UndoAccountChange", {"version": 1}).then_rejected(Rejected, code="not-undoable")
    acme.when("UndoAccountChange", {"version": 2}).then_rejected(Rejected, code="not-undoable")
    acme.when("UndoAccountChange", {"version": 9}).then_rejected(Invalid, "version", "unknown-version")
    acme.when("UndoAccountChange", {"version": 0}).then_rejected(Invalid, "version")


# --- merge ------------------------------------------------------------------------------------------------------------


def others(*records: Given, **combined: Any) -> Others:
    return Others({g.id: g.state for g in records}, {"tags": [], "parent": None, **combined})


TWIN = given(ACCOUNT, AccountCreated({"name": "ACME", "city": "Ulm", "tax_id": "7"}, ME), id="twin")
MERGED = AccountsMerged(["twin"], {"city": "twin"}, {}, {"city": {"from": "Bonn", "to": "Ulm"}})


def test_a_merge_takes_the_chosen_values() -> None:
    survivor = given(ACCOUNT, BORN)
    body = {"absorb": ["twin"], "choices": {"city": "twin", "name": ID}}
    merged = survivor.when("MergeAccounts", body, facts=others(TWIN)).then(MERGED)
    assert (merged.state.city, merged.state.absorbed) == ("Ulm", ["twin"])
    merged.when("MergeAccounts", body, facts=others(TWIN)).then_nothing()


def test_what_another_had_absorbed_comes_along() -> None:
    chain = given(ACCOUNT, BORN, AccountsMerged(["old"], {}, {}, {}), id="twin")
    merged = given(ACCOUNT, BORN).when("MergeAccounts", {"absorb": ["twin"]}, facts=others(chain)).and_so()
    assert merged.state.absorbed == ["twin", "old"]
    freed = merged.when("UnmergeAccounts", {"release": ["twin"]}, facts=Past(merged.history)).and_so()
    assert freed.state.absorbed == []


def test_unmerge_gives_back_what_was_not_changed_since() -> None:
    merged = given(ACCOUNT, BORN, MERGED)
    merged.when("UnmergeAccounts", {"release": ["twin"]}, facts=Past(merged.history)).then(
        AccountsUnmerged(["twin"], {}, {"city": {"from": "Ulm", "to": "Bonn"}}, [])
    )
    moved = given(ACCOUNT, BORN, MERGED, AccountDetailsChanged({"city": {"from": "Ulm", "to": "Köln"}}))
    moved.when("UnmergeAccounts", {"release": ["twin"]}, facts=Past(moved.history)).then(
        AccountsUnmerged(["twin"], {}, {}, ["city"])
    )
    moved.when("UnmergeAccounts", {"release": ["else"]}, facts=Past(moved.history)).then_rejected(Invalid, "release")


def test_two_merges_come_apart_at_once() -> None:
    second = AccountsMerged(["third"], {"city": "third"}, {}, {"city": {"from": "Ulm", "to": "Köln"}})
    merged = given(ACCOUNT, BORN, MERGED, second)
    freed = merged.when("UnmergeAccounts", {"release": ["twin", "third"]}, facts=Past(merged.history)).and_so()
    assert (freed.state.city, freed.state.absorbed) == ("Bonn", [])


def test_what_came_of_all_stays_until_the_last_one_goes() -> None:
    both = AccountsMerged(["a", "b"], {}, {}, {"tags": {"from": [], "to": ["x", "y"]}})
    merged = given(ACCOUNT, BORN, both)
    one_gone = merged.when("UnmergeAccounts", {"release": ["a"]}, facts=Past(merged.history)).and_so()
    assert one_gone.state.tags == ["x", "y"]
    all_gone = one_gone.when("UnmergeAccounts", {"release": ["b"]}, facts=Past(one_gone.history)).and_so()
    assert all_gone.state.tags == []


def test_the_other_half() -> None:
    acme = given(ACCOUNT, BORN)
    absorbed = acme.when("AbsorbAccount", {"into": "s"}, facts=[]).then(AccountAbsorbed("s"))
    assert (absorbed.state.merged_into, absorbed.state.archived) == ("s", True)
    absorbed.when("AbsorbAccount", {"into": "s"}, facts=[]).then_nothing()
    absorbed.when("AbsorbAccount", {"into": "t"}, facts=[]).then_rejected(Rejected, code="merged")
    acme.when("AbsorbAccount", {"into": "s"}, facts=None).then_nothing()  # let go meanwhile
    acme.when("AbsorbAccount", {"into": "s"}, facts=["x"]).then_rejected(Rejected, code="merged")  # x left meanwhile
    absorbed.when("RestoreAccount").then_rejected(Rejected, code="merged")
    absorbed.when("ReleaseAccount", {"previous": "t"}).then_nothing()
    freed = absorbed.when("ReleaseAccount", {"previous": "s"}).then(AccountReleased("s"))
    assert (freed.state.merged_into, freed.state.archived) == (None, False)


# --- any sequence -----------------------------------------------------------------------------------------------------

TEXT = st.text(max_size=8)
COMMANDS = st.one_of(
    st.tuples(
        st.just("ChangeAccountDetails"),
        st.fixed_dictionaries(
            {},
            optional={
                "city": TEXT,
                "tax_id": TEXT,
                "employees": st.none() | st.integers(0, 9),
                "annual_revenue": st.none() | st.decimals(0, 99, places=2).map(str),
                "custom": st.dictionaries(st.sampled_from("ab"), st.none() | TEXT, max_size=2),
            },
        ),
    ),
    st.tuples(st.just("ChangeAccountType"), st.fixed_dictionaries({"type": st.sampled_from(["prospect", "partner"])})),
    st.tuples(
        st.just("TagAccount"),
        st.fixed_dictionaries({"add": st.lists(st.sampled_from("xyz")), "remove": st.lists(st.sampled_from("xyz"))}),
    ),
    st.tuples(st.just("TransferAccount"), st.fixed_dictionaries({"owner": st.none() | st.sampled_from(["u", "v"])})),
    st.tuples(st.sampled_from(["ArchiveAccount", "RestoreAccount"]), st.just({})),
    st.tuples(st.just("UndoAccountChange"), st.fixed_dictionaries({"version": st.integers(1, 12)})),
)


@quick(st.lists(COMMANDS, max_size=12))
@settings(max_examples=150, deadline=None)
def test_any_commands_leave_a_record_that_its_document_gives_back(commands: list[tuple[str, dict[str, Any]]]) -> None:
    record = given(ACCOUNT, BORN)
    for name, body in commands:
        outcome = record.when(name, body, facts=OPEN if name == "ArchiveAccount" else None)
        if outcome.error is None:
            record = outcome.and_so()
    state = record.state
    document = ACCOUNT.document(state)
    assert ACCOUNT.restore(document) == state == ACCOUNT.copy(state)
    assert document["version"] == len(record.history)
    step_by_step = ACCOUNT.state()
    for recorded in record.history:
        step_by_step = ACCOUNT.restore(ACCOUNT.document(ACCOUNT.fold([recorded], step_by_step)))
    assert step_by_step == state
