"""Names of persons: from parts to the whole and back. Chinese, Japanese and Korean names begin with the family name."""

from __future__ import annotations

import re

_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"
_HANGUL = "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"
_EAST_ASIAN = re.compile(f"[{_HAN}{_KANA}{_HANGUL}]")
_SHORT_FAMILY = re.compile(f"[{_HAN}{_HANGUL}]")  # written without a space, such a name begins with a short family name
_COMPOUND = frozenset(
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 "
    "公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 呼延 令狐 百里 东郭 南门 西门 "
    "第五".split()
)


def full_name(family: str, given: str, middle: str = "") -> str:
    """`王`, `小明` → `王小明`; `さとう`, `たろう` → `さとうたろう`; `Lee`, `Ann`, `M.` → `Ann M. Lee`."""
    if _EAST_ASIAN.search(family + given):
        return family + middle + given
    return " ".join(part for part in (given, middle, family) if part)


def split_name(name: str) -> dict[str, str]:
    """A whole name as family_name, middle_name and given_name. A word that does not come apart is a given name."""
    family, middle, given = _parts(" ".join(name.split()))
    return {"family_name": family, "middle_name": middle, "given_name": given}


def _parts(name: str) -> tuple[str, str, str]:
    first, _, rest = name.partition(" ")
    if _EAST_ASIAN.search(name):
        if rest:
            return first, "", rest
        length = _family_length(name)
        return name[:length], "", name[length:]
    if "," in name:
        family, _, given = (part.strip() for part in name.partition(","))
        return family, "", given
    *middle, family = rest.split(" ")
    return family, " ".join(middle), first


def _family_length(name: str) -> int:
    """Of a name without spaces, in characters. Kana do not show where the family name ends."""
    if not _SHORT_FAMILY.match(name):
        return 0
    return 2 if name[:2] in _COMPOUND and len(name) > 2 else 1
