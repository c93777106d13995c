"""Which names may reach MongoDB: fields and paths as declarations make them, and the operators that the adapters use.

Values are data: no text of a caller stands where the server looks for a name or an operator, and none passes here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}(\.[A-Za-z0-9_]{1,64}){0,4}")
_PATH: Final = re.compile(r"\$\$?[A-Za-z_][A-Za-z0-9_]{0,63}(\.[A-Za-z0-9_]{1,64}){0,4}")
_COLLECTION: Final = re.compile(r"[a-z][a-z0-9_]{0,100}")
_OPERATORS: Final = frozenset(
    "$and $or $nor $not $eq $ne $in $nin $gt $gte $lt $lte $elemMatch $regex $set $unset $inc $setOnInsert"
    " $push $each $pull $pop $max $match"
    " $project $addFields $group $sort $skip $limit $sum $first $ifNull $cond $arrayElemAt $filter $literal"
    " $replaceWith $mergeObjects".split()
)


class UnsafeName(ValueError):
    """A name that no declaration made was about to reach the server: a defect of the program."""


def check_collection(name: str) -> None:
    """Raises UnsafeName."""
    if not _COLLECTION.fullmatch(name):
        raise UnsafeName(name[:80])


_good: set[str] = set()  # declared names that were checked before; bounded, as declarations are


def _check_name(name: Any) -> None:
    if name in _good:
        return
    if name not in _OPERATORS and not (isinstance(name, str) and _NAME.fullmatch(name)):
        raise UnsafeName(str(name)[:80])
    if len(_good) < 10_000:
        _good.add(name)


def check_fields(names: Sequence[str]) -> None:
    """Raises UnsafeName for one that is no path of declared names."""
    for name in names:
        if name.startswith("$"):
            raise UnsafeName(name[:80])
        _check_name(name)


def check_names(value: Any) -> None:
    """The names in a question, an update or a document, at any depth. Raises UnsafeName."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _check_name(name)
            check_names(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            if isinstance(inner, Mapping | list):
                check_names(inner)


def check_stages(stages: Sequence[Mapping[str, Any]]) -> None:
    """The names and the paths in the stages of an aggregation: a text with `$` is a path there. Raises UnsafeName."""
    for stage in stages:
        if "$match" in stage:
            check_names(stage)
        else:
            for text in _texts(stage):
                if text.startswith("$") and not _PATH.fullmatch(text):
                    raise UnsafeName(text[:80])


def _texts(value: Any) -> Iterator[str]:
    """All texts of an expression that are no literals; names are checked on the way, those in literals too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            _check_name(name)
            if name == "$literal":
                check_names(inner)
            else:
                yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
