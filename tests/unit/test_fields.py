"""Fields declared on a state, and the command bodies that take them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import pytest
from pydantic import Field as F
from pydantic import ValidationError

from shared.domain.command import VERBATIM, CommandModel
from shared.domain.fields import displayed, plain, record_fields
from shared.domain.record import Record
from shared.views.port import Field, Kind


@dataclass(slots=True)
class Boat(Record):
    name: Annotated[str, F(max_length=5), plain(Kind.TEXT, "名", "Name", required=True)] = ""
    berth: Annotated[str, displayed(Kind.KEYWORD, "泊位", "Berth", writable=False)] = ""
    flag: Annotated[str | None, plain(Kind.KEYWORD, "旗", "Flag", unset=None)] = ""
    log: Annotated[str, VERBATIM, plain(Kind.TEXT, "日志", "Log")] = ""
    crew: Annotated[list[str], plain(Kind.JSON, "船员", "Crew")] = field(default_factory=list)


class Details(CommandModel, plain=Boat):
    """Every plain field."""


class Launch(CommandModel, plain=Boat, also=("berth",), without=("log",), required=("name",)):
    owner: str = "nobody"


class Rename(Details):
    name: Annotated[str, F(min_length=2)] = "no name"


def test_a_body_takes_the_plain_fields_in_their_order() -> None:
    assert list(Details.model_fields) == ["name", "flag", "log", "crew"]
    assert list(Launch.model_fields) == ["name", "berth", "flag", "crew", "owner"]
    assert Details().model_dump() == {"name": "", "flag": None, "log": "", "crew": []}


def test_limits_and_marks_come_along() -> None:
    with pytest.raises(ValidationError, match="at most 5"):
        Details.model_validate({"name": "Esmeralda"})
    with pytest.raises(ValidationError, match="Field required"):
        Launch.model_validate({})
    assert Details.model_validate({"log": "a\u200bb", "name": "a\u200bb"}).model_dump()["log"] == "a\u200bb"


def test_a_body_may_narrow_a_field() -> None:
    assert Rename().model_dump()["name"] == "no name"
    with pytest.raises(ValidationError, match="at least 2"):
        Rename.model_validate({"name": "x"})


def test_two_bodies_share_no_list() -> None:
    boat = Details().onto(Boat())
    boat.crew.append("Bob")
    assert Details().onto(Boat()).crew == []


def test_a_body_is_read_through_a_state() -> None:
    boat = Launch.model_validate({"name": "Ann", "berth": "B2"}).onto(Boat(log="kept"))
    assert (boat.name, boat.berth, boat.flag, boat.log) == ("Ann", "B2", None, "kept")


def test_a_collection_follows_the_state() -> None:
    length = Field("length", Kind.INTEGER, "长", "Length", writable=False)
    title = Field("title", Kind.TEXT, "题", "Title", writable=False)
    made = record_fields(Boat, title, after={"": (length,), "flag": (length,)}, sources={"title": ("name",)})
    assert [f.name for f in made[:9]] == ["length", "name", "berth", "flag", "length", "log", "crew", "title", "owner"]
    assert made[1] == Field("name", Kind.TEXT, "名", "Name", required=True)
    assert made[7].sources == ("name",)
