"""What must hold for every statement, whatever it is, judged apart from the code that made it.

The generated text is read by a tokenizer of its own: outside the scoped views it may hold our names, our functions and
a few words of SQL, and nothing else.
"""

from __future__ import annotations

import re

from services.analytics.formats import encode
from services.analytics.sql import gateway
from services.analytics.sql.functions import ENGINE_FUNCTIONS
from services.analytics.views import VIEWS
from shared.errors import CrmError
from shared.security.permissions import Access
from tests.support.facts import THEIRS
from tests.support.sql_canaries import Attacked, shows_canary

STATUSES = frozenset({403, 422, 429, 503})
_TOKEN = re.compile(
    r"""(?P<text>'(?:[^'\\{}%`\x00-\x1f]|\\x[0-9a-f]{2})*') | `(?P<name>\w+)` | (?P<word>[A-Za-z_]\w*)
    | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?) | (?P<sign>->|[-(),.]) | \s+ | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_OURS = re.compile(r"[ctx]\d+")
_WORDS = frozenset(
    """
    SELECT DISTINCT FROM AS WHERE GROUP BY ALL WITH TOTALS HAVING ORDER DESC NULLS FIRST LIMIT OFFSET UNION EXCEPT
    INTERSECT CROSS LEFT RIGHT FULL INNER OUTER SEMI ANTI ANY JOIN ON IN NOT OVER PARTITION ROWS RANGE BETWEEN UNBOUNDED
    PRECEDING FOLLOWING CURRENT ROW AND CAST NULL true false
    String Date Date32 DateTime DateTime64 Decimal Nullable Array Bool Int8 Int16 Int32 Int64 UInt8 UInt16 UInt32 UInt64
    Float32 Float64
    """.split()
)
_COLUMNS = frozenset(c.name for v in VIEWS.values() for c in v.columns)


class Broken(AssertionError):
    """A statement for which something does not hold."""


def check_text(generated: gateway.Generated) -> None:
    text = generated.text
    for view in sorted(generated.views, key=len, reverse=True):
        text = text.replace(view, "1")
    relation = False
    for token in _TOKEN.finditer(text):
        kind, value = token.lastgroup, token.group()
        if kind == "name":
            name = token["name"]
            if not _OURS.fullmatch(name) and not (relation and name in _COLUMNS):
                raise Broken(f"the name {name} is not ours: {text}")
        elif kind == "word" and value not in _WORDS and value.lower() not in ENGINE_FUNCTIONS:
            raise Broken(f"the word {value} is not ours: {text}")
        elif kind == "other":
            raise Broken(f"the sign {value!r} is not ours: {text}")
        relation = value == "." if kind == "sign" else False if kind != "name" else relation


async def check(attacked: Attacked, sql: str, access: Access) -> str:
    """ "answered", or the code of the refusal. Raises Broken with what does not hold."""
    statement = attacked.statement(sql)
    try:
        check_text(gateway.generate(statement, access))
        answer = await attacked.gateway.ask(statement, access)
        if shows_canary(answer) or THEIRS.encode() in encode(answer, "json"):
            raise Broken(f"the answer shows what it must not: {answer}")
    except CrmError as error:
        if error.status not in STATUSES or shows_canary(error):
            raise Broken(f"{error.status} {error}") from error
        return error.errors[0].code if error.errors else error.type
    except Broken:
        raise
    except Exception as error:
        raise Broken(f"{type(error).__name__}: {error}") from error
    return "answered"
