"""The types a value can be cast to, composed from a closed list."""

from __future__ import annotations

from sqlglot import exp

from services.analytics.sql.limits import check_zone
from services.analytics.sql.parser import not_allowed, only, place
from services.analytics.sql.refusals import refuse

_PLAIN = {
    exp.DType.TEXT: "String",
    exp.DType.VARCHAR: "String",
    exp.DType.DATE: "Date",
    exp.DType.DATE32: "Date32",
    exp.DType.BOOLEAN: "Bool",
    exp.DType.TINYINT: "Int8",
    exp.DType.SMALLINT: "Int16",
    exp.DType.INT: "Int32",
    exp.DType.BIGINT: "Int64",
    exp.DType.UTINYINT: "UInt8",
    exp.DType.USMALLINT: "UInt16",
    exp.DType.UINT: "UInt32",
    exp.DType.UBIGINT: "UInt64",
    exp.DType.FLOAT: "Float32",
    exp.DType.DOUBLE: "Float64",
}


def type_text(node: exp.Expr) -> str:
    """The engine's name of a type. Raises Invalid for a type that is not listed."""
    if not isinstance(node, exp.DataType):
        raise not_allowed(node)
    only(node, "this", "expressions", "nested", "nullable")
    inner = _inner(node)
    return f"Nullable({inner})" if node.args.get("nullable") else inner


def _inner(node: exp.DataType) -> str:
    kind, parts = node.this, node.expressions
    if kind in _PLAIN and not parts:
        return _PLAIN[kind]
    if kind in (exp.DType.ARRAY, exp.DType.LOWCARDINALITY) and len(parts) == 1:
        text = type_text(parts[0])
        return f"Array({text})" if kind is exp.DType.ARRAY else text
    if kind is exp.DType.DECIMAL and len(parts) == 2:
        precision, scale = _number(parts[0]), _number(parts[1])
        if 1 <= precision <= 38 and scale <= precision:
            return f"Decimal({precision}, {scale})"
    if kind is exp.DType.DATETIME and len(parts) <= 1:
        return f"DateTime({_zone(parts[0])})" if parts else "DateTime"
    if kind is exp.DType.DATETIME64 and 1 <= len(parts) <= 2 and _number(parts[0]) <= 9:
        zone = f", {_zone(parts[1])}" if len(parts) == 2 else ""
        return f"DateTime64({_number(parts[0])}{zone})"
    raise refuse("type", "this type is not among those allowed", *place(node))


def _number(node: exp.Expr) -> int:
    value = node.this if isinstance(node, exp.DataTypeParam) else node
    if isinstance(value, exp.Literal) and not value.is_string and value.name.isdecimal() and len(value.name) < 4:
        return int(value.name)
    raise refuse("type", "a type takes plain numbers", *place(node))


def _zone(node: exp.Expr) -> str:
    value = node.this if isinstance(node, exp.DataTypeParam) else node
    if not (isinstance(value, exp.Literal) and value.is_string):
        raise refuse("type", "this type is not among those allowed", *place(node))
    check_zone(value.name, place(node))
    return f"'{value.name}'"
