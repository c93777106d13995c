"""Bodies: everything malformed is refused with one clear error, before and while it is parsed."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.customer.account import CreateAccount
from shared.errors import Invalid
from shared.http.body import MAX_DEPTH, MAX_KEYS, MAX_VALUES, validate
from shared.http.problems import problem

ADAPTER = TypeAdapter(CreateAccount)


def refused(body: bytes) -> tuple[str, str]:
    """Field and code of the one error; the answer itself must be writable whatever was sent."""
    with pytest.raises(Invalid) as caught:
        validate(body, ADAPTER)
    assert orjson.loads(problem(caught.value).body)["status"] == 422
    assert len(caught.value.errors) == 1
    return caught.value.errors[0].field, caught.value.errors[0].code


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        (b'{"name":"A","nonsense":1}', "nonsense", "extra-forbidden"),
        (b"{}", "name", "missing"),
        (b"", "name", "missing"),
        (b'{"name":7}', "name", "string-type"),
        (b'{"name":"A","employees":"7"}', "employees", "int-type"),
        (b'{"name":"A","employees":true}', "employees", "int-type"),
        (b'{"name":"A","allow_duplicate":"yes"}', "allow_duplicate", "bool-type"),
        (b'{"name":"A","annual_revenue":"NaN"}', "annual_revenue", "amount"),
        (b'{"name":"A","annual_revenue":"Infinity"}', "annual_revenue", "amount"),
        (b'{"name":"A","annual_revenue":"1e400"}', "annual_revenue", "amount"),
        (b'{"name":"A","annual_revenue":"ten"}', "annual_revenue", "amount"),
        (b'{"name":"A","annual_revenue":1e400}', "annual_revenue", "amount"),
        (b'{"name":"A","annual_revenue":1e999999999}', "annual_revenue", "amount"),
        (b'{"name":"A","annual_revenue":0.' + b"1" * 5000 + b"}", "annual_revenue", "amount"),
        (b'{"name":"A","annual_revenue":1.00005}', "annual_revenue", "amount"),
        (b'{"name":"A","annual_revenue":1E-7}', "annual_revenue", "amount"),
        (b'{"name":"A","annual_revenue":1e99999999999999999999}', "", "not-finite"),
        (b'{"name":7.5}', "name", "string-type"),
        (b'{"name":"A","employees":7.0}', "employees", "int-type"),
        (b'{"name":"A","employees":1e2}', "employees", "int-type"),
        (b'{"name":"A","annual_revenue":NaN}', "", "not-finite"),
        (b'{"name":"A","employees":-Infinity}', "", "not-finite"),
        (b'{"name":"A","currency":"XXQ"}', "currency", "currency"),
        (b'{"name":"A","name":"B"}', "name", "duplicate-key"),
        (b'{"name":"A","custom":{"a":1,"a":2}}', "a", "duplicate-key"),
        (b'{"name":"A\\u0000B"}', "", "nul"),
        (b'{"name":"A\0B"}', "", "json-invalid"),
        (b'{"name":"\xff\xfe"}', "", "not-utf-8"),
        ('{"name":"A"}'.encode("utf-16"), "", "not-utf-8"),
        (b'\xef\xbb\xbf{"name":"A"}', "", "json-invalid"),
        (b'{"name":"A"', "", "json-invalid"),
        (b'{"name":"A"} x', "", "json-invalid"),
        (b"[" * 100_000, "", "too-deep"),
        (b'{"custom":' * 9_000, "", "too-deep"),
        (b'{"custom":' * 100_000, "", "too-many-values"),
        (b'{"custom":{"x":[' + b"1," * MAX_VALUES + b"1]}}", "", "too-many-values"),
        (b'{"custom":{"x":[' + b"[]," * MAX_VALUES + b"1]}}", "", "too-many-values"),
        (b'{"custom":{"x":[' + b'"a",' * MAX_VALUES * 3 + b'"a"]}}', "", "too-many-values"),
        (b'{"custom":{' + b",".join(b'"k%d":1' % n for n in range(MAX_KEYS + 1)) + b"}}", "", "too-many-keys"),
        (b'{"name":' + b"9" * 5000 + b"}", "", "json-invalid"),
    ],
)
def test_malformed_bodies_get_one_clear_error(body: bytes, field: str, code: str) -> None:
    assert refused(body) == (field, code)


@pytest.mark.parametrize("body", [b'{"name":"\\ud800"}', b'{"name":"A","\\ud800":1}', b'{"\\udfff":1,"\\udfff":2}'])
def test_lone_surrogates_are_refused_and_never_echoed(body: bytes) -> None:
    refused(body)


def test_an_escaped_backslash_before_u0000_is_plain_text() -> None:
    assert validate(rb'{"name":"C:\\u0000"}', ADAPTER).name == r"C:\u0000"


def test_brackets_inside_strings_do_not_count_as_depth() -> None:
    name = "[" * 100 + '\\"' + "{" * 50
    assert len(validate(f'{{"name":"{name}"}}'.encode(), ADAPTER).name) == 151


@pytest.mark.parametrize("text", [",", "[]{}", '\\"', '\\"[{,', "\\\\", '\\\\\\",'])
def test_what_stands_in_strings_is_no_value(text: str) -> None:
    """However it is escaped: only the length of the name is refused."""
    assert refused(f'{{"name":"{text * 60_000}"}}'.encode()) == ("name", "string-too-long")


def test_as_many_values_as_are_allowed_are_taken() -> None:
    keys = ",".join(f'"k{n}":{n}' for n in range(MAX_KEYS))
    values = ",".join('"[,"' for _ in range(MAX_VALUES - MAX_KEYS - 10))
    assert validate(f'{{"name":"A","custom":{{"x":[{values}],"y":{{{keys}}}}}}}'.encode(), ADAPTER).name == "A"


def test_the_deepest_allowed_nesting_is_parsed() -> None:
    body = b'{"name":"A","custom":{"x":' + b"[" * (MAX_DEPTH - 2) + b"]" * (MAX_DEPTH - 2) + b"}}"
    assert validate(body, ADAPTER).name == "A"
    deeper = b'{"name":"A","custom":{"x":' + b"[" * (MAX_DEPTH - 1) + b"]" * (MAX_DEPTH - 1) + b"}}"
    assert refused(deeper) == ("", "too-deep")


@given(st.binary(max_size=300))
def test_any_bytes_are_taken_or_refused_never_worse(body: bytes) -> None:
    try:
        validate(body, ADAPTER)
    except Invalid as error:
        problem(error)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_any_json_is_taken_or_refused_never_worse(value: object) -> None:
    import json

    try:
        validate(json.dumps(value).encode(), ADAPTER)
    except Invalid as error:
        problem(error)
