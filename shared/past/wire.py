"""Questions to the past and their answers as they travel through a door: what JSON has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from hashlib import blake2b
from typing import Any

from shared.past.layout import Layout
from shared.past.port import At
from shared.views.port import Collection, Condition, Conditions, Order, Query, Scope, Total, Where

Sent = Any
_WORDS = b"2"  # the version of what a question says: since 2, up to where the store must be


def shape_of(declaration: Collection) -> str:
    """The same in two processes that mean the same by a collection's name, and by the words of a question."""
    return blake2b(_WORDS + Layout(0, declaration).fingerprint, digest_size=16).hexdigest()


def sent_query(query: Query) -> Sent:
    """A checked query that names no entry of an open field."""
    where, then = [_sent_part(one) for one in query.where], [[one.field, one.descending] for one in query.then]
    plain = {name: getattr(query, name) for name in _PLAIN}
    return {"where": where, "then": then, **plain}


_PLAIN = ("text", "sort", "descending", "limit", "cursor", "near", "skip")


def query_of(sent: Sent) -> Query:
    """What `sent_query` made; lists in place of tuples among its values."""
    where, then = tuple(map(_part, sent["where"])), tuple(Order(*one) for one in sent["then"])
    return Query(where=where, then=then, **{name: sent[name] for name in _PLAIN})


def sent_scope(scope: Scope) -> Sent:
    return [scope.tenant, None if scope.owners is None else sorted(scope.owners)]


def scope_of(sent: Sent) -> Scope:
    tenant, owners = sent
    return Scope(tenant, None if owners is None else frozenset(owners))


def sent_at(at: At) -> Sent:
    return astuple(at)


def at_of(sent: Sent) -> At:
    return At(*sent)


def sent_totals(totals: Sequence[Total]) -> Sent:
    return [[one.keys, one.count, one.sum, one.more] for one in totals]


def totals_of(sent: Sent) -> list[Total]:
    return [Total(tuple(keys), count, sum, tuple(more)) for keys, count, sum, more in sent]


def _sent_part(part: Where) -> Sent:
    if isinstance(part, Condition):
        return [part.field, part.op, part.value]
    return {part.combine: [_sent_part(one) for one in part.parts]}


def _part(sent: Sent) -> Where:
    if isinstance(sent, list):
        return Condition(*sent)
    [(combine, parts)] = sent.items()
    return Conditions(combine, tuple(map(_part, parts)))
