"""Record types, fields and states stand in messages by the words that people use, in each language."""

from __future__ import annotations

from shared.messages import say
from shared.messages.kept import kept, said_in
from shared.messages.languages import in_language
from shared.messages.named import field_named, option_named, type_named, types_named
from shared.security.permissions import no_right
from tests.support.roles import CATALOGUE


def test_a_refusal_names_the_right_in_the_readers_words() -> None:
    assert CATALOGUE["user"].name == "user"  # a catalogue brings the words
    refused = no_right("user", "read")
    assert refused.detail == "no right to read users"
    assert in_language(refused.detail, "zh-CN") == "没有查看用户的权限"
    assert in_language(refused.detail, "zh-TW") == "沒有檢視使用者的權限"
    assert refused.extra == {"resource": "user", "action": "read"}  # a program finds the names of the API
    assert in_language(no_right("audit", "export").detail, "zh-CN") == "没有导出审计日志的权限"


def test_a_field_and_a_state_are_named_as_their_record_type_names_them() -> None:
    message = say(
        "another {resource} has this {field}", resource=type_named("user"), field=field_named("user", "email")
    )
    assert in_language(message, "zh-CN") == "另一个用户已有此邮箱"
    won = say("the deal is {status}; reopen it first", status=option_named("opportunity", "status", "won"))
    assert (str(won), in_language(won, "zh-TW")) == (
        "the deal is won; reopen it first",
        "該商機的狀態是「成交」；請先重新開啟",
    )


def test_abbreviations_keep_their_letters() -> None:
    assert str(types_named("api_key")) == "API keys"


def test_what_nobody_has_words_for_is_named_as_the_api_does() -> None:
    assert [str(type_named("no_such")), in_language(field_named("no_such", "size"), "zh-CN")] == ["no_such", "size"]


def test_a_kept_message_is_read_in_each_language() -> None:
    later = kept(say("a {resource} cannot be archived", resource=type_named("team")))
    assert (said_in(later, "en"), said_in(later, "zh-CN")) == ("a team cannot be archived", "团队不能归档")
