"""Names of persons, Chinese and Western: from parts to the whole and back."""

from __future__ import annotations

import re

_EAST_ASIAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]")
_COMPOUND = frozenset(
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 "
    "公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 呼延 令狐 百里 东郭 南门 西门 "
    "第五".split()
)


def full_name(family: str, middle: str, given: str) -> str:
    """`王`, ``, `小明` → `王小明`; `Lee`, `M.`, `Ann` → `Ann M. Lee`."""
    if _EAST_ASIAN.search(family + given):
        return family + middle + given
    return " ".join(part for part in (given, middle, family) if part)


def split_name(name: str) -> dict[str, str]:
    """A whole name as family_name, middle_name and given_name; a single Western word is a given name."""
    name = " ".join(name.split())
    if _EAST_ASIAN.search(name):
        family, _, given = name.partition(" ")
        if not given:
            length = 2 if name[:2] in _COMPOUND and len(name) > 2 else 1
            family, given = name[:length], name[length:]
        return {"family_name": family, "middle_name": "", "given_name": given}
    if "," in name:
        family, _, given = (part.strip() for part in name.partition(","))
        return {"family_name": family, "middle_name": "", "given_name": given}
    first, *others = name.split(" ")
    family = others.pop() if others else ""
    return {"family_name": family, "middle_name": " ".join(others), "given_name": first}
