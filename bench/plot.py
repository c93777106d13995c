"""Curves on two logarithmic axes as one SVG: no library, readable on light and on dark paper."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from math import ceil, floor, log10

Curve = Mapping[int, float]  # records → milliseconds
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 860, 520, 80, 230, 30, 50
COLOURS = ("#3b82f6", "#ef4444", "#10b981", "#f59e0b", "#8b5cf6", "#ec4899", "#14b8a6", "#a16207", "#64748b")
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#334155}.grid{stroke:#94a3b8;stroke-opacity:.35}"
    "@media(prefers-color-scheme:dark){text{fill:#cbd5e1}}"
)
LINE_HEIGHT = 17


def log_log(curves: Mapping[str, Curve], x_title: str, y_title: str) -> str:
    """The SVG's text; every value must be greater than zero."""
    xs = sorted({x for curve in curves.values() for x in curve})
    ys = [y for curve in curves.values() for y in curve.values()]
    low_x, high_x = log10(xs[0]), log10(xs[-1]) if xs[-1] > xs[0] else log10(xs[0]) + 1
    low_y, high_y = floor(log10(min(ys))), max(ceil(log10(max(ys))), floor(log10(min(ys))) + 1)

    def x(value: float) -> float:
        return LEFT + (log10(value) - low_x) / (high_x - low_x) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (log10(value) - low_y) / (high_y - low_y) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(y_title)} by {escape(x_title)}</title><style>{STYLE}</style>",
    ]
    for power in range(low_y, high_y + 1):
        at, label = y(10.0**power), f"{10.0**power:,.{max(0, -power)}f}"
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{label}</text>')
    for value in xs:
        at = x(value)
        parts.append(f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
        parts.append(f'<text x="{at:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{value:,}</text>')
    parts.append(f'<text x="{LEFT}" y="18">{escape(y_title)}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 10}" text-anchor="middle">{escape(x_title)}</text>')
    names = _apart({name: y(curve[max(curve)]) for name, curve in curves.items()})
    for n, (name, curve) in enumerate(curves.items()):
        colour = COLOURS[n % len(COLOURS)]
        points = [(x(value), y(cost)) for value, cost in sorted(curve.items())]
        line = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3.5" fill="{colour}"/>' for px, py in points]
        name_x, name_y = WIDTH - RIGHT + 14, names[name] + 4
        parts.append(f'<text x="{name_x}" y="{name_y:.1f}" style="fill:{colour}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _apart(wanted: Mapping[str, float]) -> dict[str, float]:
    """Where each curve's name stands: next to its end, a line below the one above at least, none below the axis."""
    placed: dict[str, float] = {}
    last = float("-inf")
    for name, at in sorted(wanted.items(), key=lambda item: item[1]):
        last = placed[name] = max(at, last + LINE_HEIGHT)
    limit = float(HEIGHT - BOTTOM)
    for name in reversed(list(placed)):
        placed[name] = min(placed[name], limit)
        limit = placed[name] - LINE_HEIGHT
    return placed
