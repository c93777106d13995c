"""Query strings: declared names alone get through, and every mistake names its parameter."""

from __future__ import annotations

import random
import re
from urllib.parse import urlencode

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st

from services.customer.account import ACCOUNT
from shared.clock import from_rfc3339, to_rfc3339
from shared.domain.calendar import Calendar
from shared.errors import Invalid
from shared.http import params
from shared.http.params import Pairs
from shared.kernel.queries import Moment
from shared.views.port import BadQuery, Condition, Query
from shared.views.query import validate

COLLECTION = ACCOUNT.collection
LIVE = Condition("archived", "eq", False)


def request(query: bytes) -> Request:
    return Request({"type": "http", "query_string": query, "headers": []})


def listing(query: str) -> Query:
    return params.listing(COLLECTION, params.pairs_of(request(query.encode())), params.LIST)[0]


def moment(given_: dict[str, str], zone: str = "UTC") -> Moment:
    return params.moment(given_, Calendar(zone))


def refused(query: str) -> list[str]:
    with pytest.raises(Invalid) as caught:
        listing(query)
    return [e.field for e in caught.value.errors]


def test_an_empty_query_is_the_first_page_of_live_records() -> None:
    assert listing("") == Query((LIVE,), "", "id", False, 50, None)


def test_archived_records_are_shown_when_asked_for() -> None:
    assert listing("archived=true").where == (Condition("archived", "eq", True),)


def test_every_part_of_a_list_query() -> None:
    query = listing("q=acme%20%E4%B8%AD&sort=-employees&limit=7&cursor=abc&country=CN&country[ne]=US")
    assert query == Query(
        (Condition("country", "eq", "CN"), Condition("country", "ne", "US"), LIVE),
        "acme 中",
        "employees",
        True,
        7,
        "abc",
    )


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ("employees[ge]=10", Condition("employees", "ge", 10)),
        ("employees[in]=1,2", Condition("employees", "in", [1, 2])),
        ("employees[empty]=true", Condition("employees", "empty", True)),
        ("name[prefix]=Ac", Condition("name", "prefix", "Ac")),
        ("tags=vip", Condition("tags", "contains", "vip")),
        ("annual_revenue[lt]=10.5", Condition("annual_revenue", "lt", "10.5")),
        ("created_at[ge]=2026-01-02T03:04:05%2B08:00", Condition("created_at", "ge", "2026-01-01T19:04:05.000000Z")),
        ("created_at[ge]=2026-01-02T03:04:05+08:00", Condition("created_at", "ge", "2026-01-01T19:04:05.000000Z")),
        ("custom.size=L", Condition("custom.size", "eq", "L")),
        ("id[in]=a,b", Condition("id", "in", ["a", "b"])),
        ('name[in]="Acme, Inc.",Globex', Condition("name", "in", ["Acme, Inc.", "Globex"])),
        ('name[in]="The ""A"", B",5" Pipes,', Condition("name", "in", ['The "A", B', '5" Pipes', ""])),
        ('custom.size[in]="L, XL",M', Condition("custom.size", "in", ["L, XL", "M"])),
    ],
)
def test_filters(query: str, condition: Condition) -> None:
    assert listing(query).where[0] == condition


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("nonsense=1", "nonsense"),
        ("description=x", "description"),
        ("name[regex]=x", "name[regex]"),
        ("name.first=x", "name.first"),
        ("$where=1", "$where"),
        ("name[$ne]=1", "name[$ne]"),
        ("employees=ten", "employees"),
        ("employees=²", "employees"),
        ("employees[empty]=maybe", "employees[empty]"),
        ("archived=yes", "archived"),
        ("type=friend", "type"),
        ("type[in]=customer,friend", "type[in]"),
        ('name[in]="Acme, Inc.', "name[in]"),
        ('name[in]="Acme" Inc.', "name[in]"),
        ("created_at=now", "created_at"),
        ("created_at[ge]=2026-02-30", "created_at[ge]"),
        ("created_at=-7h", "created_at"),
        ("created_at=0001-01-01T00:00:00%2B23:00", "created_at"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=²", "limit"),
        ("limit=ten", "limit"),
        ("limit=1&limit=2", "limit"),
        ("by=type", "by"),
        ("format=csv", "format"),
    ],
)
def test_what_is_refused_is_named(query: str, field: str) -> None:
    assert refused(query) == [field]


@pytest.mark.parametrize("query", [b"name=%FF%FE", b"name=%00", b"%00=1", b"a=1&" * 101])
def test_broken_query_strings_are_refused(query: bytes) -> None:
    with pytest.raises(Invalid):
        params.pairs_of(request(query))


def test_moments() -> None:
    assert moment({}) == Moment()
    assert moment({"as_of": "7"}) == Moment(version=7)
    end = from_rfc3339("2017-07-01T00:00:00Z") - 1
    assert moment({"as_of": "2017-06-30", "known_at": "2017-06-30"}) == Moment(None, end, end)
    assert to_rfc3339(moment({"as_of": "9999-12-31"}).occurred or 0) == "9999-12-31T23:59:59.999999Z"
    assert moment({"as_of": "2017-06-30T10:00:00 08:00"}).occurred == from_rfc3339("2017-06-30T02:00:00Z")
    assert moment({"known_at": "2017-06-30T10:00:00.000001Z"}).recorded == from_rfc3339("2017-06-30T10:00:00.000001Z")


def test_a_bare_day_ends_where_the_caller_is() -> None:
    end = moment({"as_of": "2017-06-30", "known_at": "2017-11-05"}, "America/New_York")
    assert (to_rfc3339(end.occurred or 0), to_rfc3339(end.recorded or 0)) == (
        "2017-07-01T03:59:59.999999Z",
        "2017-11-06T04:59:59.999999Z",  # a day of 25 hours
    )


@pytest.mark.parametrize("text", ["0", "²", "2017-02-30", "noon", "", "2017-06-30T25:00:00Z", "7.5"])
def test_moments_that_are_none(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        moment({"as_of": text})
    assert caught.value.errors[0].field == "as_of"


def test_sparse_fields() -> None:
    assert params.field_names(COLLECTION, None) is None
    assert params.field_names(COLLECTION, "name,id,name") == ["id", "version", "name"]
    with pytest.raises(Invalid):
        params.field_names(COLLECTION, "name,secret")


NAMES = st.sampled_from([f.name for f in COLLECTION.fields] + sorted(params.RESERVED) + ["id", "custom.x"])
OPS = st.sampled_from(["", "[eq]", "[in]", "[ge]", "[prefix]", "[contains]", "[empty]", "[x]"])
PAIRS = st.lists(st.tuples(st.tuples(NAMES, OPS).map("".join) | st.text(max_size=8), st.text(max_size=12)), max_size=4)


@given(PAIRS)
def test_any_query_string_is_taken_or_refused_never_worse(pairs: Pairs) -> None:
    raw = urlencode(pairs, errors="surrogatepass").encode()
    try:
        query, given_ = params.listing(COLLECTION, params.pairs_of(request(raw)), params.LIST)
        moment(given_)
        validate(COLLECTION, query)
    except (Invalid, BadQuery):
        return


SIGNS = ("'", '"', "$", ".", "[", "]", "(", ")", ";", "--", "/*", " ", "=", "?", ":", "\\", "%00", "_", "-", "`", "|")
WORDS = ("name", "country", "doc", "documents", "custom", "eq", "ne", "or", "1", "where", "select", "$ne", "json", "é")


def test_a_hundred_thousand_made_up_names_reach_no_query() -> None:
    """Whatever is put together: a declared field and a known operator, or one clear refusal."""
    dice, indexed = random.Random(7), {"id"} | {f.name for f in COLLECTION.fields if f.indexed}
    operators, taken = {"eq", "ne", "in", "lt", "le", "gt", "ge", "prefix", "contains", "empty"}, 0
    refused = 0
    for _ in range(100_000):
        name = "".join(dice.choices(SIGNS + WORDS, k=dice.randint(1, 7)))
        try:
            query, _ = params.listing(COLLECTION, [(name, "true")], params.LIST)
        except Invalid as error:
            refused += [e.field for e in error.errors] == [name[:80]]
            continue
        taken += 1
        own = {c.field for c in query.where if re.fullmatch(r"custom\.[a-z][a-z0-9_]*", c.field)}  # looked up later
        assert {c.field for c in query.where} - own <= indexed, name
        assert {c.op for c in query.where} <= operators, name
    assert refused + taken == 100_000
    assert 0 < taken < 20_000


def test_the_versions_that_a_list_waits_for() -> None:
    assert params.versions(None, "account") == []
    assert params.versions("a-1:3,contact:b_2:10", "account") == [("account", "a-1", 3), ("contact", "b_2", 10)]
    for text in ("1", "a:", "a:x", ":a:1", "a:b:c:1", "a:1,", ",".join(["a:1"] * 11)):
        with pytest.raises(Invalid):
            params.versions(text, "account")
