"""What must hold for every statement, whatever it is, judged apart from the code that made it.

The generated text is read by a tokenizer of its own: outside the scoped views it may hold our names, our functions and
a few words of SQL, and nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.analytics.formats import encode
from services.analytics.sql import gateway
from services.analytics.sql.functions import ENGINE_FUNCTIONS
from services.analytics.views.documented import VIEWS
from shared.errors import CrmError
from shared.security.permissions import Access, Role
from tests.support.facts import THEIRS, someone
from tests.support.roles import BUILT_IN
from tests.support.sql_canaries import Attacked, shows_canary, unnamed

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


@dataclass(frozen=True, slots=True)
class Asker:
    """Someone who asks, and texts of the facts that this one must not see."""

    access: Access
    unseen: tuple[str, ...] = ()


ASKERS = [
    Asker(someone()),
    Asker(someone("u2", "sales_representative"), ("acme-open", "acme-won", "acme-lead", "acme-activity")),
    Asker(
        someone("u1", Role("r", "r", "r", BUILT_IN["administrator"].grants, {"opportunity": frozenset({"amount"})})),
        ('"10.50"', '"21.00"', '"31.50"'),
    ),
]


class Broken(AssertionError):
    """A statement for which something does not hold."""


def check_views(generated: gateway.Generated) -> None:
    """Each table of a scoped view is read for one organisation."""
    for view in generated.views:
        tables = sum(word in gateway.PHYSICAL for word in re.findall(r"\w+", view))
        if not tables or tables != len(re.findall(r"PREWHERE _\w\.tenant = \{tenant:String\}", view)):
            raise Broken(f"a table is not scoped: {view}")


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


async def check(attacked: Attacked, sql: str, asker: Asker) -> str:
    """ "answered", or the code of the refusal. Raises Broken with what does not hold."""
    statement = attacked.statement(sql)
    try:
        generated = gateway.generate(statement, asker.access)
        check_text(generated)
        check_views(generated)
        answer = await attacked.gateway.ask(statement, asker.access)
        shown = encode(unnamed(answer), "json").decode()
        if shows_canary(answer) or any(text in shown for text in (THEIRS, *asker.unseen)):
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
