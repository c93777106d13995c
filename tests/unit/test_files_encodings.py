"""Which encoding a file is in: found out where that is sure, named where it is not.

Tables of cases are wider than code.
"""
# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.errors import Invalid
from shared.tabular.encoding import detect_encoding
from shared.tabular.table import examine

KOREAN = "이름,회사\n김철수,삼성전자\n이영희,현대자동차\n박지성,서울시청\n최민수,부산항만공사\n"
CHINESE = "姓名,公司\n张伟,北京字节跳动科技有限公司\n李娜,上海浦东发展银行\n王喆,朱镕基纪念馆\n"
TAIWAN = "姓名,公司\n陳志明,台灣積體電路製造股份有限公司\n林美玲,鴻海精密工業\n"
JAPANESE = "氏名,会社\n山田太郎,株式会社トヨタ自動車\n佐藤花子,ソニーグループ\n髙橋健太,東京電力\n"
GERMAN = "Vorname,Name,Ort\nJürgen,Müller,München\nBjörn,Weiß,Düsseldorf\n"
FRENCH = "Prénom,Société\nHélène,Société Générale\nFrançois,Crédit à la carte\nZoé,Forêt Bleue\n"
MIXED = "Name,City\nJosé Núñez,Málaga\nJürgen Müller,Köln\nHélène Dupré,Besançon\nSøren Åberg,Århus\nBegoña,León\n"
POLISH = "Imię,Firma\nŁukasz Wiśniewski,Żabka Polska\nStanisław Gąsiorowski,Świat Książki\n"
CZECH = "Jméno,Město\nJiří Dvořák,Plzeň\nŽofie Němcová,České Budějovice\n"
RUSSIAN = "Имя,Компания\nИван Петров,Ромашка\nАнна Сидорова,Газпром\n"
GREEK = "Όνομα,Εταιρεία\nΓιώργος Παπαδόπουλος,Αθήνα\n"
TURKISH = "Ad,Şirket\nÇağlar Yıldırım,Türkiye İş Bankası\nGülşen Öztürk,Ağaoğlu İnşaat\n"


def file_of(folder: Path, content: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    return path


def refusal(path: Path, named: str = "") -> tuple[str, str]:
    with pytest.raises(Invalid) as caught:
        detect_encoding(path, "a.csv", named)
    [error] = caught.value.errors
    assert error.field == "a.csv"
    return error.code, error.message


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (KOREAN, "euc_kr"), (CHINESE, "gbk"), (CHINESE, "gb18030"), (TAIWAN, "big5"), (JAPANESE, "cp932"), (JAPANESE.replace("髙", "高"), "euc_jp"),
        (GERMAN, "cp1252"), (GERMAN, "latin-1"), (FRENCH, "cp1252"), (MIXED, "cp1252"), (MIXED, "latin-1"), (POLISH, "cp1250"), (CZECH, "cp1250"),
        (RUSSIAN, "cp1251"), (RUSSIAN, "koi8_r"), (GREEK, "cp1253"), (TURKISH, "cp1254"),
        (CHINESE, "utf-8"), (CHINESE, "utf-8-sig"), (CHINESE, "utf-16"), (MIXED, "utf-16-le"), (MIXED, "utf-16-be"), ("Name\nAnn\n", "ascii"),
    ],
)  # fmt: skip
def test_a_file_is_read_as_it_was_written(tmp_path: Path, text: str, encoding: str) -> None:
    path = file_of(tmp_path, text.encode(encoding))
    found = detect_encoding(path, "a.csv")
    assert path.read_bytes().decode(found.encoding) == text
    assert found.confidence >= 0.7
    assert detect_encoding(path, "a.csv", found.encoding).confidence == 1


@pytest.mark.parametrize(
    ("text", "encoding", "candidates"),
    [
        ("Name\nPeña\nBegoña\nEspaña\n", "cp1252", ["cp1252: Peña", "cp1250: Peńa"]),
        ("이름\n김철수\n", "euc_kr", ["cp949: ", "gb18030: "]),
    ],
)
def test_what_is_not_sure_is_refused_with_what_it_may_be(
    tmp_path: Path, text: str, encoding: str, candidates: list[str]
) -> None:
    path = file_of(tmp_path, text.encode(encoding))
    code, message = refusal(path)
    assert code == "encoding-unsure"
    assert all(candidate in message for candidate in candidates)
    assert detect_encoding(path, "a.csv", encoding).encoding in (encoding, "euc_kr")


def test_a_named_encoding_must_be_one_and_fit(tmp_path: Path) -> None:
    path = file_of(tmp_path, "Name\nAnn\nMüller\n".encode("latin-1"))
    assert detect_encoding(path, "a.csv", "Latin-1").encoding == "iso8859-1"
    assert refusal(path, "utf-8")[0] == "broken-encoding"
    assert "line 3" in refusal(path, "utf-8")[1]
    for name in ("klingon", "rot13", "base64", "utf-7", "unicode_escape", "idna", "../x", "\0"):
        assert refusal(path, name)[0] == "unknown-encoding"


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"\x00\x00\x00\x00", b"a\0b,c\n", b"\xef\xbb\xbf\xff", bytes(range(128, 256))]
)
def test_hostile_bytes_are_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        examine(file_of(tmp_path, content), "a.csv")
    assert caught.value.errors[0].code in ("broken-encoding", "encoding-unsure", "nul")


def test_one_broken_byte_makes_no_other_encoding(tmp_path: Path) -> None:
    content = "姓名,公司\n张伟,北京字节跳动科技有限公司\n".encode() * 50
    assert refusal(file_of(tmp_path, content[:-3] + b"\n"))[0] in ("broken-encoding", "encoding-unsure")


def test_letters_far_behind_are_looked_at(tmp_path: Path) -> None:
    path = file_of(tmp_path, b"Name,Ort\n" + b"Ann,Rome\n" * 200_000 + MIXED.encode("cp1252"))
    assert detect_encoding(path, "a.csv").encoding == "cp1252"


@given(st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_any_bytes_are_decoded_or_refused(tmp_path: Path, content: bytes) -> None:
    path = file_of(tmp_path, content)
    try:
        found = detect_encoding(path, "a.csv")
    except Invalid:
        return
    content.decode(found.encoding)
