"""What is measured once a second, and the plot of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

WIDTH, HEIGHT, LEFT, GAP = 900, 110, 170, 40


@dataclass(frozen=True, slots=True)
class Sample:
    """at: seconds from the beginning. memory, log, views_log: megabytes. lag: events not yet in the views."""

    at: float
    memory: float
    handles: int
    log: float
    views_log: float
    lag: int
    warehouse_lag: int


def take(at: float, pid: int, data: Path, lag: int, warehouse_lag: int) -> Sample:
    """Raises OSError: the process is gone."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    if found is None:
        raise ProcessLookupError(pid)
    handles = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    log, views_log = (_megabytes(data / name) for name in ("events.db-wal", "views.db-wal"))
    return Sample(at, int(found[1]) / 1024, handles, log, views_log, lag, warehouse_lag)


def _megabytes(file: Path) -> float:
    return file.stat().st_size / (1 << 20) if file.exists() else 0.0


ROWS: tuple[tuple[str, Callable[[Sample], float]], ...] = (
    ("memory, MB", lambda s: s.memory),
    ("file handles", lambda s: s.handles),
    ("log of the events, MB", lambda s: s.log),
    ("log of the views, MB", lambda s: s.views_log),
    ("views behind, events", lambda s: s.lag),
    ("warehouse behind, events", lambda s: s.warehouse_lag),
)


def plot(samples: Sequence[Sample], kills: Sequence[float]) -> str:
    """An SVG: one row per measure over the same time; every kill is a red line."""
    end = max(s.at for s in samples)
    height = len(ROWS) * (HEIGHT + GAP) + GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 20}" height="{height}" font-size="12"'
        ' font-family="sans-serif"><rect width="100%" height="100%" fill="#fff"/>'
    ]
    for n, (name, of) in enumerate(ROWS):
        top, most = n * (HEIGHT + GAP) + GAP / 2, max(*map(of, samples), 1)
        points = " ".join(f"{_x(s.at, end):.1f},{top + HEIGHT * (1 - of(s) / most):.1f}" for s in samples)
        parts += [
            f'<rect x="{LEFT}" y="{top}" width="{WIDTH}" height="{HEIGHT}" fill="#f6f8fa"/>',
            *(f'<path d="M{_x(at, end):.1f} {top}v{HEIGHT}" stroke="#d33" stroke-width=".6"/>' for at in kills),
            f'<polyline points="{points}" fill="none" stroke="#0a58ca" stroke-width="1.3"/>',
            f'<text x="8" y="{top + 16}">{name}</text><text x="8" y="{top + 34}" fill="#555">most: {most:,.0f}</text>',
        ]
    parts.append(f'<text x="{LEFT}" y="{height - 6}">{end / 60:.1f} minutes; red: killed</text></svg>\n')
    return "\n".join(parts)


def _x(at: float, end: float) -> float:
    return LEFT + WIDTH * at / end
