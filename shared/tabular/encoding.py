"""Which encoding a text file is in: by its mark, by being UTF-8 or UTF-16, else the most plausible of those in use.

charset-normalizer says which decodings are no noise; how well each fits the letters of a language says how sure that
is.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from charset_normalizer import from_bytes

from shared.errors import Invalid
from shared.messages import say, shown
from shared.tabular.alphabets import FAMILIES, LANGUAGES, NEUTRAL

CHUNK = 1 << 20
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CANDIDATES = (
    "gb18030 big5 cp932 euc_jp cp949 cp1252 cp1250 cp1251 cp1253 cp1254 cp1257 cp1255 cp1256 cp874 koi8_r mac_roman"
).split()
_NAMED = frozenset(
    "utf-8 utf-8-sig utf-16 utf-16-le utf-16-be ascii gbk gb2312 gb18030 big5 big5hkscs shift_jis cp932 euc_jp "
    "iso2022_jp euc_kr cp949 johab koi8-r koi8-u mac-roman cp437 cp850 cp852 cp866 cp874 tis-620 hz".split()
    + [f"cp125{n}" for n in range(9)]
    + [f"iso8859-{n}" for n in range(1, 17) if n != 12]
)
_LOOKED_AT = 16 << 20  # bytes of a file among which the sample is taken
_SAMPLE = 32 << 10  # bytes
_SURE, _AHEAD = 0.7, 0.04  # how well a decoding must fit, and how much better than the next one (few letters: more)
_FEWEST = 3  # letters beyond ASCII that tell anything
_WORDS = re.compile(r"[^\W\d_]+")
_SHOWN = 3  # candidates that a refusal names


@dataclass(frozen=True, slots=True)
class Guess:
    """confidence: from 0 to 1; 1 = the file itself says so, or the caller named it. sample: a line as it then reads.
    letters: how many beyond ASCII a guess was made of.
    """

    encoding: str
    confidence: float = 1.0
    sample: str = ""
    letters: int = 1


def detect_encoding(path: Path, name: str, named: str = "") -> Guess:
    """The encoding in which the whole file decodes. named: the one that the caller says it is in.

    Raises Invalid naming the file: the line that does not decode, or the encodings it may be in when that is not sure.
    """
    if named:
        return Guess(_named(path, name, named))
    with path.open("rb") as file:
        head = file.read(4096)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            _must_decode(path, name, encoding)
            return Guess(encoding)
    if b"\0" in head and (wide := _without_mark(path, head)):
        return Guess(wide, 0.9)
    if (line := _broken_line(path, "utf-8")) is None:
        return Guess("utf-8")
    sample = _sample(path)
    guesses = [] if b"\0" in head or _is_mostly_utf8(sample) else _guesses(path, sample)
    if not guesses or guesses[0].letters < _FEWEST:
        raise _broken(name, line, "UTF-8")
    best, *others = guesses
    ahead = best.confidence - (others[0].confidence if others else 0)
    if best.confidence < _SURE or ahead < _AHEAD + 0.5 / best.letters:
        raise _unsure(name, guesses)
    return best


def is_known(named: str) -> bool:
    """Whether files may be read in the encoding of this name."""
    return _canonical(named) in _NAMED


def _canonical(named: str) -> str:
    try:
        return codecs.lookup(named.strip()).name
    except (LookupError, ValueError):
        return ""


def _named(path: Path, name: str, named: str) -> str:
    encoding = _canonical(named)
    if encoding not in _NAMED:
        raise Invalid.field(
            name,
            "unknown-encoding",
            say("{value} is no encoding that is known; use one as in utf-8, gb18030, big5, cp1252", value=shown(named)),
        )
    with path.open("rb") as file:
        if encoding == "utf-8" and file.read(3) == _MARKS[0][0]:
            encoding = "utf-8-sig"
    _must_decode(path, name, encoding)
    return encoding


def _must_decode(path: Path, name: str, encoding: str) -> None:
    if (line := _broken_line(path, encoding)) is not None:
        raise _broken(name, line, encoding.removesuffix("-sig"))


def _broken(name: str, line: int, encoding: str) -> Invalid:
    why = say(
        "line {line} is not valid {encoding}; save the file as UTF-8, or name its encoding",
        line=line,
        encoding=encoding.upper(),
    )
    return Invalid.field(name, "broken-encoding", why)


def _unsure(name: str, guesses: list[Guess]) -> Invalid:
    shows = "; ".join(f"{g.encoding}: {g.sample}" for g in guesses[:_SHOWN])
    why = say(
        "it is not certain how the letters of this file are encoded; name the encoding in which they read right: "
        "{candidates}",
        candidates=shows,
    )
    return Invalid.field(name, "encoding-unsure", why)


def _broken_line(path: Path, encoding: str) -> int | None:
    """The number of the first line that does not decode, or None."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            try:
                lines += decoder.decode(chunk, final=not chunk).count("\n")
            except UnicodeError as error:
                before = error.object[: error.start] if isinstance(error, UnicodeDecodeError) else b""
                return lines + bytes(before).count(b"\n")
            if not chunk:
                return None


def _without_mark(path: Path, head: bytes) -> str:
    """UTF-16 by where its NULs stand: letters of ASCII have one in each pair of bytes. "" = it is none."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    if (
        min(even, odd) * 10 > max(even, odd)
        or max(even, odd) * 16 < len(head)
        or _broken_line(path, encoding) is not None
    ):
        return ""
    text = head[: len(head) // 2 * 2].decode(encoding, "ignore")
    return encoding if "\n" in text and all(c.isprintable() or c in "\r\n\t" for c in text) else ""


def _is_mostly_utf8(sample: bytes) -> bool:
    """Whether only some bytes break it."""
    whole = sum(len(c.encode()) for c in sample.decode("utf-8", "ignore") if c > "\x7f")
    return 2 * whole > sum(byte > 0x7F for byte in sample)


def _guesses(path: Path, sample: bytes) -> list[Guess]:
    """The encodings in which the file may be, the likeliest first; each reads differently."""
    found: dict[str, Guess] = {}
    for match in from_bytes(sample, cp_isolation=_CANDIDATES, threshold=0.9, language_threshold=1):
        text = str(match)
        encoding = min((e for e in match.could_be_from_charset if e in _CANDIDATES), key=_CANDIDATES.index)
        fit = round((1 - match.chaos) * _fit(text, encoding), 3)
        found[text] = Guess(encoding, fit, letters=sum(c > "\x7f" for c in text))
    ranked = sorted(found.items(), key=lambda item: (-item[1].confidence, _CANDIDATES.index(item[1].encoding)))
    whole = [(text, guess) for text, guess in ranked[:6] if _broken_line(path, guess.encoding) is None]
    at = _telling([text.split("\n") for text, _ in whole[:_SHOWN]])
    return [replace(guess, sample=_excerpt(text.split("\n")[at:])) for text, guess in whole]


def _telling(texts: list[list[str]]) -> int:
    """The first line that does not read alike."""
    return next((n for n, lines in enumerate(zip(*texts, strict=False)) if len(set(lines)) == len(texts) > 1), 0)


def _sample(path: Path) -> bytes:
    """The lines with letters beyond ASCII, so many as the sample holds."""
    found, size, seen = [], 0, 0
    with path.open("rb") as file:
        for line in iter(lambda: file.readline(_SAMPLE), b""):
            seen += len(line)
            if not line.isascii():
                found.append(line)
                size += len(line)
            if size > _SAMPLE or seen > _LOOKED_AT:
                break
    return b"".join(found)


def _excerpt(lines: list[str]) -> str:
    """Some characters of the first line, from near the first one beyond ASCII on."""
    line = lines[0] if lines else ""
    first = next((i for i, c in enumerate(line) if c > "\x7f"), 0)
    return "".join(c for c in line[max(0, first - 10) :][:40] if c.isprintable())


def _fit(text: str, encoding: str) -> float:
    """How much of the letters beyond ASCII is at home in the encoding, from 0 to 1."""
    if at_home := _AT_HOME.get(encoding):
        return _share(at_home(c) for c in text if c > "\x7f")
    words = [_letters(word) for word in _WORDS.findall(text) if not word.isascii()]
    words += [{""} for c in text if c > "\x7f" and not c.isalpha() and c not in NEUTRAL]
    language = max(_share(word <= alphabet for word in words) for alphabet in LANGUAGES)
    family = max(_share(any(word <= alphabet for alphabet in family) for word in words) for family in FAMILIES)
    return (language + family) / 2


def _letters(word: str) -> set[str]:
    """The letters beyond ASCII in lower case; {""} for a word of letters that no word has together."""
    scripts = {unicodedata.name(c, "?").split()[0] for c in word}
    inner = any(a.islower() and b.isupper() and b > "\x7f" for a, b in pairwise(word))
    if len(scripts) > 1 or inner:
        return {""}
    return {"ı" if c == "İ" else c.lower() for c in word if c > "\x7f"}


def _share(hits: Iterable[bool]) -> float:
    found = list(hits)
    return sum(found) / len(found) if found else 0.0


def _leads(encoding: str, first: int, last: int) -> Callable[[str], bool]:
    """Whether a character's first byte lies where the encoding keeps its common characters."""

    def common(c: str) -> bool:
        try:
            return first <= c.encode(encoding)[0] <= last
        except UnicodeEncodeError:
            return False

    return common


def _punctuation(c: str) -> bool:
    return "\u3000" <= c <= "\u3020" or "\uff01" <= c <= "\uff5e" or c in NEUTRAL


def _kana(c: str) -> bool:
    return "\u3041" <= c <= "\u30ff"


_gb, _big5 = _leads("gb2312", 0xB0, 0xD7), _leads("big5", 0xA4, 0xC6)
_jis, _ks = _leads("cp932", 0x88, 0x97), _leads("euc_kr", 0xB0, 0xC8)
_AT_HOME: dict[str, Callable[[str], bool]] = {
    "gb18030": lambda c: (_gb(c) and not _kana(c)) or _punctuation(c),
    "big5": lambda c: _big5(c) or _punctuation(c),
    "cp932": lambda c: _kana(c) or _jis(c) or _punctuation(c),
    "euc_jp": lambda c: _kana(c) or _jis(c) or _punctuation(c),
    "cp949": lambda c: _ks(c) or _punctuation(c),
}
