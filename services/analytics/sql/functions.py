"""The functions that analysts may call: name, kind, and how many arguments each takes. All else is refused.

Left out on purpose: functions that read files, network, dictionaries, settings or the server's own state, functions
that make data out of nothing (`range`, `repeat`, `numbers`), and waiting.

A word of a table is `name:low-high`: `name:2` takes two arguments, `name:1-3` one to three, `name:1*` one or more. A
`z` at the end allows one more: the name of a time zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

MANY = 1_000


class Kind(Enum):
    SCALAR = "scalar"
    AGGREGATE = "aggregate"
    WINDOW = "window"
    HIGHER = "higher"  # its first argument may be a lambda


class Growth(Enum):
    """How the length of a result depends on the lengths of the arguments."""

    LARGEST = "largest"
    SUM = "sum"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class Function:
    """name: the engine's own spelling. zone: the position at which a time zone may stand, -1 = none.

    parameters: how many numbers may stand before the arguments, as in `quantile(0.5)(x)`.
    """

    name: str
    kind: Kind = Kind.SCALAR
    low: int = 0
    high: int = MANY
    zone: int = -1
    parameters: int = 0
    growth: Growth = Growth.LARGEST


_AGGREGATES = """
    any:1 anyLast:1 argMax:2 argMin:2 avg:1 corr:2 count:0-1 covarPop:2 covarSamp:2 first_value:1 groupArray:1
    groupUniqArray:1 last_value:1 max:1 median:1 min:1 quantile:1 quantileExact:1 quantiles:1 stddevPop:1 stddevSamp:1
    sum:1 topK:1 uniq:1* uniqExact:1* varPop:1 varSamp:1
"""
_WINDOW = """
    cume_dist:0 dense_rank:0 lag:1-3 lagInFrame:1-3 lead:1-3 leadInFrame:1-3 nth_value:2 ntile:1 percent_rank:0 rank:0
    row_number:0
"""
_DAYS = """
    addDays:2 addMonths:2 addQuarters:2 addWeeks:2 addYears:2 age:3z dateDiff:3z date_diff:3z dateTrunc:2z date_trunc:2z
    formatDateTime:1-2z makeDate:2-3 now64:0-1z subtractDays:2 subtractMonths:2 subtractQuarters:2 subtractWeeks:2
    subtractYears:2 toDate:1z toDate32:1z toDateOrNull:1 toDayOfMonth:1z toDayOfWeek:1-2z toDayOfYear:1z toHour:1z
    toISOWeek:1z toISOYear:1z toIntervalDay:1 toIntervalHour:1 toIntervalMinute:1 toIntervalMonth:1 toIntervalQuarter:1
    toIntervalSecond:1 toIntervalWeek:1 toIntervalYear:1 toLastDayOfMonth:1z toMinute:1z toMonday:1z toMonth:1z
    toQuarter:1z toSecond:1z toStartOfDay:1z toStartOfHour:1z toStartOfISOYear:1z toStartOfMonth:1z toStartOfQuarter:1z
    toStartOfWeek:1-2z toStartOfYear:1z toWeek:1-2z toYYYYMM:1z toYYYYMMDD:1z toYear:1z today:0 yesterday:0
"""
_NUMBERS = """
    abs:1 ceil:1-2 ceiling:1-2 divide:2 exp:1 floor:1-2 greatest:1* intDiv:2 intDivOrZero:2 least:1* ln:1 log:1 log10:1
    log2:1 minus:2 modulo:2 multiply:2 negate:1 plus:2 pow:2 power:2 round:1-2 roundBankers:1-2 sign:1 sqrt:1 trunc:1-2
    widthBucket:4
"""
_TEXTS = """
    concat:1* concatWithSeparator:1* empty:1 endsWith:2 extract:2 extractAll:2 ilike:2 left:2 leftUTF8:2 length:1
    lengthUTF8:1 like:2 lower:1 lowerUTF8:1 match:2 notEmpty:1 notLike:2 position:2-3 positionUTF8:2-3 replaceAll:3
    replaceOne:3 right:2 rightUTF8:2 splitByChar:2-3 splitByString:2-3 startsWith:2 substring:2-3 substringUTF8:2-3
    toString:1z trim:1-2 trimBoth:1-2 trimLeft:1-2 trimRight:1-2 upper:1 upperUTF8:1
"""
_VALUES = """
    and:2* assumeNotNull:1 coalesce:1* equals:2 greater:2 greaterOrEquals:2 if:3 ifNull:2 isNotNull:1 isNull:1
    less:2 lessOrEquals:2 multiIf:3* not:1 notEquals:2 nullIf:2 or:2* toDecimal64:2 toDecimal64OrNull:2
    toFloat64:1 toFloat64OrNull:1 toInt32:1 toInt32OrNull:1 toInt64:1 toInt64OrNull:1 toNullable:1 toUInt32:1
    toUInt64:1 toUInt64OrNull:1 transform:3-4 tuple:1* xor:2*
"""
_ARRAYS = """
    array:0* arrayConcat:1* arrayDistinct:1 arrayElement:2 arrayJoin:1 arraySlice:2-3 arrayStringConcat:1-2 arrayUniq:1*
    arrayZip:1* has:2 hasAll:2 hasAny:2 indexOf:2 tupleElement:2
"""
_HIGHER = """
    arrayAvg:1* arrayCount:1* arrayExists:1* arrayFilter:2* arrayMap:2* arrayMax:1* arrayMin:1* arrayReverseSort:1*
    arraySort:1* arraySum:1*
"""
_OPERATORS = "caseWithExpression:3* isNotDistinctFrom:2 notILike:2"  # no names: their operators call them

_PARAMETERS = dict.fromkeys(("groupArray", "groupUniqArray", "quantile", "quantileExact", "topK"), 1) | {
    "quantiles": 20
}
_GROWTH = dict.fromkeys(("concat", "concatWithSeparator", "array", "arrayConcat", "tuple"), Growth.SUM) | dict.fromkeys(
    ("replaceAll", "arrayStringConcat", "hasAll", "hasAny"), Growth.PRODUCT
)
_WORD = re.compile(r"(\w+):(\d)(?:-(\d)|(\*))?(z)?")


def _functions(table: str, kind: Kind) -> Iterator[Function]:
    for name, low, high, many, zone in _WORD.findall(table):
        most = MANY if many else int(high or low)
        yield Function(
            name,
            kind,
            int(low),
            most + bool(zone),
            most if zone else -1,
            _PARAMETERS.get(name, 0),
            _GROWTH.get(name, Growth.LARGEST),
        )


_SUBJECTS: dict[str, list[Function]] = {
    "aggregates": [*_functions(_AGGREGATES, Kind.AGGREGATE)],
    "window": [*_functions(_WINDOW, Kind.WINDOW)],
    "days": [*_functions(_DAYS, Kind.SCALAR)],
    "numbers": [*_functions(_NUMBERS, Kind.SCALAR)],
    "texts": [*_functions(_TEXTS, Kind.SCALAR)],
    "values": [*_functions(_VALUES, Kind.SCALAR)],
    "arrays": [*_functions(_ARRAYS, Kind.SCALAR), *_functions(_HIGHER, Kind.HIGHER)],
}
_CONDITIONAL = [
    Function(f"{f.name}If", f.kind, f.low + 1, f.high + 1, parameters=f.parameters) for f in _SUBJECTS["aggregates"]
]

FUNCTIONS: dict[str, Function] = {
    f.name.lower(): f for functions in (*_SUBJECTS.values(), _CONDITIONAL) for f in functions
}
OPERATORS: dict[str, Function] = {f.name: f for f in (*FUNCTIONS.values(), *_functions(_OPERATORS, Kind.SCALAR))}

LIKE_PATTERNS = frozenset({"like", "ilike", "notLike", "notILike"})
REGEX_PATTERNS = frozenset({"match", "extract", "extractAll"})

# functions that the engine adds to the generated text: IN, casts, lambdas, count(DISTINCT), the calls of the views
_ENGINE = """
    in notIn cast _cast exists lambda countDistinct toTimeZone fromUnixTimestamp64Micro arrayEnumerate toUInt8OrZero
    arrayEnumerateUniq toDecimal128OrNull toDate32OrNull parseDateTime64BestEffortOrNull
"""
ENGINE_FUNCTIONS: frozenset[str] = frozenset(
    {*FUNCTIONS, *(name.lower() for name in (*OPERATORS, *_ENGINE.split()))}
    | {f"{f.name}Distinct".lower() for f in _SUBJECTS["aggregates"]}
)


def listed() -> dict[str, list[str]]:
    """The functions by subject, as analysts see them."""
    return {subject: sorted(f.name for f in functions) for subject, functions in _SUBJECTS.items()}
