"""One question or statement to an engine: its limits, answer and failure. Blocking; run it in a thread."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from types import ModuleType
from typing import Any

from clickhouse_connect.driver.exceptions import ClickHouseError
from urllib3.exceptions import HTTPError

from shared.warehouse.port import Answer, Parameters, QueryFailed

CLIENT_ERRORS = (ClickHouseError, HTTPError, OSError)
WRITER_SETTINGS = {"session_timezone": "UTC", "enable_extended_results_for_datetime_functions": "1"}

# optimizations that may run an outer expression on rows before a subquery's own filter removes them: its errors would
# reveal values of rows that the caller may not see
BARRIER = frozenset(
    (
        "enable_join_runtime_filters",
        "query_plan_filter_push_down",
        "query_plan_merge_filters",
        "query_plan_merge_filter_into_join_condition",
        "query_plan_propagate_predicate_across_join",
        "query_plan_push_down_volume_reducing_functions",
        "use_join_disjunctions_push_down",
    )
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one question. seconds of running time, bytes of memory, rows of the answer.

    cells: rows × columns of the answer. answer: its bytes in the engine. Python's objects of an answer are several
    times larger, so the engine itself refuses before anything is decoded.
    """

    seconds: int = 10
    memory: int = 1_000_000_000
    rows: int = 100_000
    cells: int = 1_000_000
    answer: int = 32_000_000
    threads: int = 2

    def settings(self, tenant: str, columns: int = 1, zone: str = "UTC") -> dict[str, str]:
        """Of a session that is bound to a tenant (see shared.warehouse.grants) and locked. columns: of the answer.

        zone: of moments without one of their own, and of `today()`.
        """
        settings: dict[str, int | str] = {
            "log_comment": tenant,
            "session_timezone": zone,
            "max_execution_time": self.seconds,
            "max_memory_usage": self.memory,
            "max_bytes_before_external_group_by": self.memory // 3,
            "max_bytes_before_external_sort": self.memory // 3,
            "max_result_rows": min(self.rows, self.cells // columns),
            "max_result_bytes": self.answer,
            "result_overflow_mode": "throw",
            "max_threads": self.threads,
            "max_ast_elements": 50_000,
            "max_expanded_ast_elements": 100_000,
            "max_subquery_depth": 50,
            "max_query_size": 1_000_000,
            "allow_introspection_functions": 0,
            "enable_extended_results_for_datetime_functions": 1,  # days before 1970 stay themselves
            **dict.fromkeys(BARRIER, 0),
            "readonly": 1,  # set last, by the engine's protocol
        }
        return {name: str(value) for name, value in settings.items()}


class _NoPandas(MetaPathFinder):
    """pyarrow loads pandas with its first array, if it is there: a second and 60 MB for an unused library."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError("pandas is not loaded in this process", name=fullname)


sys.meta_path.insert(0, _NoPandas())
# their warnings quote addresses, which carry the bound values of a question; every error reaches us as an exception too
for _name in ("clickhouse_connect", "urllib3"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


def ask(client: Any, sql: str, parameters: Parameters | None, settings: Mapping[str, str]) -> Answer:
    """Raises QueryFailed."""
    with failures():
        return answered(client, sql, parameters, settings)


def answered(client: Any, sql: str, parameters: Parameters | None, settings: Mapping[str, str]) -> Answer:
    """Raises CLIENT_ERRORS."""
    bound = {"parameters": parameters, "settings": dict(settings), "column_oriented": True}
    result = client.query(sql, query_tz="UTC", **bound)
    if not result.column_names:  # the embedded engine names no columns where there are no rows
        shape = client.query(f"DESCRIBE TABLE ({sql})", **bound).result_columns
        return Answer(tuple(shape[0]), tuple(shape[1]), tuple([] for _ in shape[0]))
    return Answer(tuple(result.column_names), tuple(t.name for t in result.column_types), tuple(result.result_columns))


@contextmanager
def failures() -> Iterator[None]:
    """Raises QueryFailed for an error of the client, with its first line. Its chain holds the statement: it is cut."""
    try:
        yield
    except CLIENT_ERRORS as error:
        raise QueryFailed(first_line(error), getattr(error, "code", None) or 0) from None


def first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:500]
