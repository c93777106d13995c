"""The commands that undo changes of a contact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shared.domain.undo import Reverse, Step, entries
from shared.events.common import Changes


def _emails(back: Changes, state: Any) -> Iterator[Step]:
    now, wanted = entries(back["emails"], "email")
    yield from (("RemoveContactEmail", {"email": email}) for email in now.keys() - wanted.keys())
    for email, entry in wanted.items():
        if email not in now:
            yield "AddContactEmail", entry
        elif entry["primary"] and not now[email]["primary"]:
            yield "SetPrimaryEmail", {"email": email}


def _phones(back: Changes, state: Any) -> Iterator[Step]:
    now, wanted = entries(back["phones"], "phone")
    yield from (("RemoveContactPhone", {"phone": phone}) for phone in now.keys() - wanted.keys())
    yield from (("AddContactPhone", entry) for phone, entry in wanted.items() if phone not in now)


def _addresses(back: Changes, state: Any) -> Iterator[Step]:
    now, wanted = entries(back["addresses"], "id")
    yield from (("RemoveContactAddress", {"address": id}) for id in now.keys() - wanted.keys())
    for id, entry in wanted.items():
        if id not in now:
            yield "AddContactAddress", {f: v for f, v in entry.items() if f != "id"}


def _accounts(back: Changes, state: Any) -> Iterator[Step]:
    now, wanted = entries(back["accounts"], "account")
    active = {account for account, link in wanted.items() if link["active"]}
    for account, link in now.items():
        if link["active"] and account not in active:
            yield "EndAccountLink", {"account": account}
    for account in sorted(active):
        link, before = wanted[account], now.get(account)
        if link != before and not (before and link == {**before, "primary": link["primary"]} and not link["primary"]):
            yield "LinkToAccount", {f: link[f] for f in ("account", "role", "primary")}


REVERSES = (
    Reverse(("emails",), _emails),
    Reverse(("phones",), _phones),
    Reverse(("addresses",), _addresses),
    Reverse(("accounts",), _accounts),
)
