"""Unicode for people: invisible characters, look-alikes, and mixed scripts.

Sources: UAX #44 (Default_Ignorable_Code_Point), UTS #39 (confusables, Highly Restrictive), RFC 5892 A.1-2 (joiners).
"""

from __future__ import annotations

import re
import unicodedata

from idna import valid_contextj

_JOINERS = "\u200c\u200d"  # ZWNJ, ZWJ: Persian, the Indic scripts and emoji are written with them
_HIDDEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)  # bidirectional controls, zero widths, fillers, tags
_SELECTORS = "\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"  # they choose how a character is drawn
_IN_LINES = re.compile(f"[{_HIDDEN}{_JOINERS}]")
_IN_KEYS = re.compile(f"[{_HIDDEN}{_JOINERS}{_SELECTORS}]")
_WORDS = re.compile(r"\w+")
_LOOKS_LIKE = str.maketrans(
    "авеёсһніјкӏморԛгѕтуүѵԝхԁ" + "αβγεικμνορτυχζη" + "օոսհցզյ" + "ıɑɡ" + "סוןاهഠဝଠዐჿ〇ー" + "०੦૦௦౦೦൦๐໐၀٥۵١۱",
    "abeëchhijklmopqrstyyvwxd" + "abyeikmvoptyxzh" + "onuhgqj" + "iag" + "ollloooooo" + "o-" + "ooooooooooooll",
)  # small and capital forms alike
_EMOJI_PARTS = ("So", "Sk", "Mn", "Me")  # a symbol, its skin tone, its presentation


def clean_line(text: str) -> str:
    """A text of one line as it is stored: NFC, without invisible characters. Idempotent.

    Joiners stay where a script or emoji needs them. Texts of several lines are stored unchanged: isolates and joiners
    have their use there.
    """
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text)
    while _IN_LINES.search(text):
        kept = "".join(c for i, c in enumerate(text) if not _IN_LINES.match(c) or _joins(text, i))
        if kept == text:
            break
        text = unicodedata.normalize("NFC", kept)
    return text


def fold(text: str) -> str:
    """The comparison form of a text: compatibility-normalised, case-folded, without invisible characters.

    As NFKC_Casefold of UAX #44; full width = half width. Idempotent.
    """
    if text.isascii():
        return text.lower()
    while True:
        folded = unicodedata.normalize("NFKC", visible(text).casefold())
        if folded == text:
            return folded
        text = folded


def visible(text: str) -> str:
    """Compatibility-normalised, without invisible characters; the case of letters stays."""
    return _IN_KEYS.sub("", unicodedata.normalize("NFKC", text))


def skeleton(text: str) -> str:
    """Replace look-alikes in a folded text: a word whose foreign letters all look Latin becomes Latin."""
    return text if text.isascii() else unicodedata.normalize("NFC", _WORDS.sub(_in_latin, text))


def _in_latin(match: re.Match[str]) -> str:
    latin = match[0].translate(_LOOKS_LIKE)
    return latin if all(script in ("", "LATIN") for script in map(_script, latin)) else match[0]


def words_of(text: str) -> list[str]:
    """The words of a text: runs of letters, marks and digits (`\\w` in a pattern leaves marks out)."""
    return "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in text).split()


def mixes_scripts(word: str) -> bool:
    """Whether a word's letters and digits are not written together (UTS #39 §5.2 Highly Restrictive, §5.3).

    Marks count with their script. Digits must be of one system, and a script's own digits stand with its letters only.
    """
    if word.isascii():
        return False
    scripts = {s for c in word if (s := _script(c))}
    systems = {_digits(c) for c in word if unicodedata.category(c) == "Nd"}
    if len(systems) > 1 or not systems <= {"", *scripts}:
        return True
    return len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER)


def is_restricted(text: str) -> bool:
    """Whether a letter or mark is kept out of identifiers: of no recommended script (UAX #31 table 5), a small capital,
    an overlay.
    """
    return not text.isascii() and any(map(_is_restricted, text))


def _is_restricted(char: str) -> bool:
    kind = unicodedata.category(char)[0]
    if char.isascii() or kind not in "LM":
        return False
    name = unicodedata.name(char, "")
    if kind == "M" and name.startswith("COMBINING "):
        return unicodedata.combining(char) == _OVERLAY
    return name.startswith("LATIN LETTER SMALL CAPITAL") or _first(name) not in _RECOMMENDED


_OVERLAY = 1  # the combining class of what is drawn through a letter
_RECOMMENDED = frozenset(
    "ARABIC ARMENIAN BENGALI BOPOMOFO CJK CYRILLIC DEVANAGARI ETHIOPIC GEORGIAN GREEK GUJARATI GURMUKHI HANGUL HEBREW "
    "HIRAGANA KANNADA KATAKANA KATAKANA-HIRAGANA KHMER LAO LATIN MALAYALAM MYANMAR ORIYA SINHALA TAMIL TELUGU THAANA "
    "THAI TIBETAN".split()
)  # as the names of their characters begin


_TOGETHER = (
    {"LATIN", "CJK", "HIRAGANA", "KATAKANA"},
    {"LATIN", "CJK", "BOPOMOFO"},
    {"LATIN", "CJK", "HANGUL"},
)


def _script(char: str) -> str:
    """The script of a letter or its mark, by the first word of its name; "" for what belongs to no one script."""
    if char.isascii():
        return "LATIN" if char.isalpha() else ""
    if unicodedata.category(char)[0] not in "LM":
        return ""
    first = _first(unicodedata.name(char, ""))
    return "" if first in ("KATAKANA-HIRAGANA", "MODIFIER", "MASCULINE", "FEMININE", "COMBINING") else first


def _first(name: str) -> str:
    first = name.partition(" ")[0]
    return "CJK" if first == "IDEOGRAPHIC" else first


def _digits(digit: str) -> str:
    """The script whose letters a digit is written with; "" for ASCII."""
    name = unicodedata.name(digit).removeprefix("EXTENDED ")
    return "" if digit.isascii() else name.partition(" ")[0].removesuffix("-INDIC")


def _joins(text: str, at: int) -> bool:
    """Whether the joiner at a place is one that its neighbours are written with."""
    if text[at] not in _JOINERS or at == 0 or at + 1 == len(text):
        return False
    if unicodedata.category(text[at - 1]) in _EMOJI_PARTS and unicodedata.category(text[at + 1]) == "So":
        return text[at] == "\u200d"
    try:
        return valid_contextj(text, at)
    except ValueError:  # a character newer than the tables
        return False
