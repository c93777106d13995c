"""Attacks on analysts' SQL as data: each statement with the code of its refusal, or in the list of those answered."""

from tests.support.sql_statements.basics import BASICS
from tests.support.sql_statements.costs import COSTS
from tests.support.sql_statements.files import FILES, STATE
from tests.support.sql_statements.harmless import HARMLESS, ORACLES
from tests.support.sql_statements.names import NAMES
from tests.support.sql_statements.syntax import INTERVALS, SYNTAX

REFUSED: list[tuple[str, str]] = [*BASICS, *FILES, *STATE, *NAMES, *SYNTAX, *INTERVALS, *COSTS]

__all__ = ["HARMLESS", "ORACLES", "REFUSED"]
