"""The lists of a contact: e-mail addresses, phones and accounts, of which one entry is the primary one."""

from __future__ import annotations

from typing import Any

Entry = dict[str, Any]


def added(entries: list[Entry], new: Entry) -> list[Entry]:
    """With one more; when it is the primary one, no other is."""
    return [*({**e, "primary": False} if new["primary"] else e for e in entries), new]


def removed(entries: list[Entry], key: str, value: str) -> list[Entry]:
    """Without one; the first that is left becomes primary when none is."""
    left = [e for e in entries if e[key] != value]
    if left and not any(e["primary"] for e in left):
        left[0] = {**left[0], "primary": True}
    return left


def ended(links: list[Entry], account: str) -> list[Entry]:
    """With the link to an account no longer active; the first active one becomes primary when none is."""
    left = [{**e, "active": False, "primary": False} if e["account"] == account else e for e in links]
    active = [i for i, e in enumerate(left) if e["active"]]
    if active and not any(left[i]["primary"] for i in active):
        left[active[0]] = {**left[active[0]], "primary": True}
    return left


def primary(entries: list[Entry], key: str) -> str:
    """The value of the primary entry, "" when there is none."""
    return next((e[key] for e in entries if e["primary"]), "")


def together(lists: list[list[Entry]], key: str) -> list[Entry]:
    """Each entry once, the survivor's first; one primary at most."""
    found: dict[str, Entry] = {}
    has_primary = False
    for entry in (e for entries in lists for e in entries):
        if entry[key] in found:
            continue
        first = bool(entry.get("primary")) and not has_primary
        has_primary = has_primary or first
        found[entry[key]] = {**entry, "primary": first} if "primary" in entry else entry
    return list(found.values())
