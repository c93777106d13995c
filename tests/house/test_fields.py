"""A plain field of a record is declared once: on its state, with its type, limits and titles."""

from __future__ import annotations

import ast
import inspect
import textwrap
from dataclasses import fields

import pytest

from services.customer.catalogue import AGGREGATES as CUSTOMER
from services.identity.catalogue import AGGREGATES as IDENTITY
from services.integration.catalogue import AGGREGATES as INTEGRATION
from services.sales.catalogue import AGGREGATES as SALES
from shared.domain.command import CommandModel
from shared.domain.fields import declared, fields_for
from shared.kernel.catalogue import AnyAggregate

AGGREGATES = (*CUSTOMER, *IDENTITY, *INTEGRATION, *SALES)
NARROWED = {
    ("CreateActivity", "subject"): "a new activity needs one",
    ("ChangeFieldDefinition", "zh"): "may be left out of a new definition, but never emptied",
    ("ChangeFieldDefinition", "en"): "may be left out of a new definition, but never emptied",
    ("CreateAdministrator", "name"): "the first user, before there is anybody to invite them",
    ("CreateAdministrator", "language"): "the first user, before there is anybody to invite them",
}  # a command that takes a plain field by a rule of its own, and why


def written(model: type[CommandModel]) -> set[str]:
    """The fields that stand in the text of a class."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(model)))
    (found,) = (node for node in tree.body if isinstance(node, ast.ClassDef))
    return {n.target.id for n in found.body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)}


def repeated(aggregate: AnyAggregate) -> set[tuple[str, str]]:
    """The plain fields of a record type that its create and edit commands write out again, with the class."""
    plain = fields_for(aggregate.state).keys()
    models = {c.model for c in aggregate.commands.values() if c.creates or c.verb == "PATCH"}
    classes = {one for m in models for one in m.__mro__ if issubclass(one, CommandModel) and one is not CommandModel}
    return {(one.__name__, name) for one in classes for name in written(one) & plain}


@pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda a: a.name)
def test_a_plain_field_is_declared_once(aggregate: AnyAggregate) -> None:
    assert repeated(aggregate) - NARROWED.keys() == set()
    names = [f.name for f in aggregate.collection.fields]
    assert sorted(set(names)) == sorted(names), "a declared field stands among the computed ones, too"


def test_each_exception_is_needed() -> None:
    assert set().union(*(repeated(a) for a in AGGREGATES)) == NARROWED.keys()


def test_the_states_declare_their_fields() -> None:
    own = {f"{a.name}.{f.name}" for a in AGGREGATES for f in fields(a.state) if f.name in a.state.__annotations__}
    said = {f"{a.name}.{name}" for a in AGGREGATES for name in declared(a.state)}
    assert own - said == {f"lead.{name}" for name in ("account", "contact", "opportunity")}, "declared in a loop"
    assert sum(len(fields_for(a.state)) for a in AGGREGATES) > 80
