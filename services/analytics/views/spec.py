"""A documented view as data, and its scoped form: the SQL that shows one caller what that caller may see.

Only the columns that a question uses are computed, and only their joins are made. A column that reads a field hidden
from the caller does not exist for that caller. All values travel as bound parameters.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.domain.calendar import UTC_CALENDAR, Calendar
from shared.errors import Forbidden
from shared.security.permissions import Access, Level


def named(id: str) -> str:
    """The name of the user with this id, of those that the caller may see; "" for anyone else."""
    return f"transform(toString({id}), {{people:Array(String)}}, {{names:Array(String)}}, '')"


@dataclass(frozen=True, slots=True)
class ViewColumn:
    """sql: over the source (or over the base view's columns). reads: fields "resource.field" or base columns it needs,
    at least one.

    joins: names in JOINS. personal: its value is a person's name, joined from the identity views at query time.
    """

    name: str
    type: str
    zh: str
    en: str
    sql: str
    reads: tuple[str, ...]
    joins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Join:
    """A dimension, one row per id. `{scope}` in sql takes the condition on what the caller may see of `resource`."""

    sql: str
    on: str
    resource: str
    owner: str = ""
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """A source table with its own columns, or metrics grouped over another view (`base`).

    source: FROM … AS `_o`, a base is AS `_b`. resource: whose rights decide which rows are seen. keys: what a metric is
    grouped by. parameters: name → type of a parameterised view. parts: the record types of a view of custom fields,
    each with the owner of its rows in `source`, where `{rows_<type>}` takes the condition on what the caller may see.
    """

    name: str
    zh: str
    en: str
    columns: tuple[ViewColumn, ...]
    resource: str
    source: str = ""
    owner: str = "_o.owner"
    base: str = ""
    where: str = ""
    keys: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)

    def column(self, name: str) -> ViewColumn | None:
        return next((c for c in self.columns if c.name == name), None)


class Scoping:
    """The views as one caller sees them. Raises Forbidden at once for who has no right to analytics."""

    def __init__(
        self,
        access: Access,
        views: Mapping[str, View],
        joins: Mapping[str, Join],
        calendar: Calendar = UTC_CALENDAR,
    ) -> None:
        self.access, self._views, self._joins = access, views, joins
        self._level = access.level("analytics", "read")
        if self._level is Level.NONE:
            raise Forbidden("no right to read analytics", resource="analytics", action="read")
        self.parameters: dict[str, Any] = {"tenant": access.tenant}
        self.parameters |= {"zone": calendar.time_zone, "fiscal": calendar.fiscal_year_start}

    def columns(self, view: View) -> list[ViewColumn]:
        """Those that exist for the caller; none when the view as a whole does not."""
        if self.access.level(view.resource, "read") is Level.NONE:
            return []
        if not view.base:
            return [c for c in view.columns if all(self._readable(r) for r in c.reads)]
        known = {c.name for c in self.columns(self._views[view.base])}
        if not {r for c in view.columns if c.name in view.keys for r in c.reads} <= known:
            return []
        return [c for c in view.columns if known.issuperset(c.reads)]

    def _readable(self, field_name: str) -> bool:
        resource, _, name = field_name.partition(".")
        return self.access.level(resource, "read") > Level.NONE and self.access.may_see(resource, name)

    def scoped(self, view: View, used: Collection[str] | None, arguments: Mapping[str, str]) -> str:
        """The view as this caller's subquery. used: names of columns that are asked for, None = all of them.

        arguments: a view parameter's name → the name its value is bound under.
        """
        columns = self.columns(view)
        wanted = [c for c in columns if used is None or c.name in used or c.name in view.keys] or columns[:1]
        if view.base:
            source, where = self._over(view, wanted, arguments), view.where
        else:
            source, where = self._from(view, wanted), self._where(view)
        for name, bound in arguments.items():
            source = source.replace(f"{{{name}:", f"{{{bound}:")
        named = ", ".join(f"{_local(c)} AS `{c.name}`" for c in wanted)
        group = f" GROUP BY {', '.join(c.sql for c in wanted if c.name in view.keys)}" if view.keys else ""
        return f"SELECT {named} FROM {source}{f' WHERE {where}' if where else ''}{group}"

    def _over(self, view: View, wanted: list[ViewColumn], arguments: Mapping[str, str]) -> str:
        needed = {name for c in wanted for name in c.reads} | set(_words(view.where))
        return f"({self.scoped(self._views[view.base], needed, arguments)}) AS _b"

    def _from(self, view: View, wanted: list[ViewColumn]) -> str:
        names: list[str] = []
        for column in wanted:
            for name in column.joins:
                names += [n for n in (*self._joins[name].after, name) if n not in names]
        inner = view.source.startswith("(")  # a subquery has chosen the organisation's rows already
        first = [] if inner else ["PREWHERE _o.tenant = {tenant:String}"]
        return " ".join([self._source(view), *(self._join(name) for name in names), *first])

    def _source(self, view: View) -> str:
        """With the conditions of its parts: on the owners of their records, and on the custom fields that are seen."""
        source = view.source
        if not view.parts:
            return source
        known = {r for v in self._views.values() for r in v.parts}  # of all, as they share parameters
        seen = {r: level for r in known if (level := self._custom_level(r)) > Level.NONE}
        hidden = [f"{r}.{n.partition('.')[2]}" for r in seen for n in self.access.hidden(r) if n.startswith("custom.")]
        self.parameters |= {"custom_of": sorted(seen), "custom_hidden": sorted(hidden)}
        for resource, owner in view.parts.items():
            rows = self._owned(f"rows_{resource}", owner, seen[resource]) if resource in seen else "0"
            source = source.replace(f"{{rows_{resource}}}", rows)
        return source

    def _custom_level(self, resource: str) -> Level:
        """How far the caller sees custom values of a record type."""
        level = min(self._level, self.access.level(resource, "read"))
        return level if self.access.may_see(resource, "custom") else Level.NONE

    def _join(self, name: str) -> str:
        join = self._joins[name]
        scope = self._owned(join.resource, join.owner, self.access.level(join.resource, "read"))
        return f"LEFT JOIN ({join.sql.replace('{scope}', scope)}) AS _{name} ON {join.on}"

    def _where(self, view: View) -> str:
        level = min(self._level, self.access.level(view.resource, "read"))
        scope = self._owned(f"rows_{view.resource}", view.owner, level)
        return " AND ".join(filter(None, [view.where, scope]))

    def _owned(self, name: str, owner: str, level: Level) -> str:
        """`owner IN (…)`, or 1 for who sees everyone's."""
        owners = self.access.owners(level)
        if owners is None or not owner:
            return "1"
        self.parameters[f"owners_{name}"] = sorted(owners)
        return f"{owner} IN {{owners_{name}:Array(String)}}"


def _local(column: ViewColumn) -> str:
    """A moment shows the clocks of the organisation, so that what is computed of it is a day there."""
    return f"toTimeZone({column.sql}, {{zone:String}})" if "DateTime64" in column.type else column.sql


def _words(sql: str) -> list[str]:
    return [w for w in "".join(c if c.isalnum() or c == "_" else " " for c in sql).split() if not w[0].isdigit()]
