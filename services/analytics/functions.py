"""What a statement may hold: its length, and the functions that analysts may call. What is not listed is refused.

Left out on purpose: whatever reads files, network, dictionaries, settings or the server's own state, whatever makes
data out of nothing (`range`, `repeat`, `numbers`), and waiting.
"""

from __future__ import annotations

MAX_LENGTH = 20_000  # characters of a statement

_AGGREGATES = """
    any anyLast argMax argMin avg corr count covarPop covarSamp groupArray groupUniqArray max median min quantile
    quantileExact quantiles stddevPop stddevSamp sum topK uniq uniqExact varPop varSamp
"""
_WINDOW = """
    cume_dist dense_rank first_value lag lagInFrame last_value lead leadInFrame nth_value ntile percent_rank rank
    row_number
"""
_DAYS = """
    addDays addMonths addQuarters addWeeks addYears age dateDiff date_diff dateTrunc date_trunc formatDateTime now64
    subtractDays subtractMonths subtractQuarters subtractWeeks subtractYears toDate toDate32 toDateOrNull
    toDayOfMonth toDayOfWeek toDayOfYear toISOWeek toISOYear toIntervalDay toIntervalMonth toIntervalQuarter
    toIntervalWeek toIntervalYear toLastDayOfMonth toMonday toMonth toQuarter toStartOfDay toStartOfHour
    toStartOfISOYear toStartOfMonth toStartOfQuarter toStartOfWeek toStartOfYear toWeek toYYYYMM toYYYYMMDD toYear
    today yesterday makeDate extract
"""
_NUMBERS = """
    abs ceil ceiling divide exp floor greatest intDiv intDivOrZero least ln log log10 log2 minus modulo multiply
    negate plus pow power round roundBankers sign sqrt trunc widthBucket
"""
_TEXTS = """
    concat concatWithSeparator empty endsWith extractAll length lengthUTF8 left leftUTF8 like ilike notLike lower
    lowerUTF8 match notEmpty position positionUTF8 replaceAll replaceOne right rightUTF8 splitByChar splitByString
    startsWith substring substringUTF8 toString trim trimBoth trimLeft trimRight upper upperUTF8
"""
_VALUES = """
    and assumeNotNull coalesce equals greater greaterOrEquals if ifNull isNotNull isNull less lessOrEquals multiIf
    not notEquals nullIf or toDecimal64 toDecimal64OrNull toFloat64 toFloat64OrNull toInt32 toInt32OrNull toInt64
    toInt64OrNull toNullable toUInt32 toUInt64 toUInt64OrNull transform tuple xor in notIn
"""
_ARRAYS = """
    array arrayAvg arrayConcat arrayCount arrayDistinct arrayElement arrayExists arrayFilter arrayJoin arrayMap
    arrayMax arrayMin arrayReverseSort arraySlice arraySort arraySum arrayStringConcat arrayUniq arrayZip has hasAll
    hasAny indexOf tupleElement
"""

_COMBINED = {f"{name}If" for name in _AGGREGATES.split()}

FUNCTIONS: frozenset[str] = frozenset(
    name.lower() for text in (_AGGREGATES, _WINDOW, _DAYS, _NUMBERS, _TEXTS, _VALUES, _ARRAYS) for name in text.split()
) | {name.lower() for name in _COMBINED}

TYPES: frozenset[str] = frozenset({"decimal", "nullable", "datetime64", "array", "lowcardinality"})

# what the engine's parser makes of operators, casts, CASE and literals that the listed functions cover already
_ENGINE = """
    caseWithExpression cast _cast exists isDistinctFrom isNotDistinctFrom lambda notILike
"""
_OWN = "toDateTime64 arrayEnumerate toUInt8OrZero"  # what the views themselves call besides
ENGINE_FUNCTIONS: frozenset[str] = FUNCTIONS | {name.lower() for name in (_ENGINE + _OWN).split()}


def listed() -> dict[str, list[str]]:
    """The functions by subject, as analysts see them."""
    subjects = {
        "aggregates": _AGGREGATES,
        "window": _WINDOW,
        "days": _DAYS,
        "numbers": _NUMBERS,
        "texts": _TEXTS,
        "values": _VALUES,
        "arrays": _ARRAYS,
    }
    return {subject: sorted(text.split()) for subject, text in subjects.items()}
