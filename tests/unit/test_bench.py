"""What the bench makes of figures: the plot, the slopes, and which of them got worse."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import page, plot
from bench.__main__ import BENCHES
from bench.figures import Figure, at_least, at_most
from bench.growth import exponent

SVG = "{http://www.w3.org/2000/svg}"
COSTS = st.floats(0.001, 1e6)
CURVES = st.dictionaries(st.text("abc <&>", min_size=1, max_size=20), st.tuples(COSTS, COSTS), min_size=1, max_size=9)


@given(CURVES)
def test_every_curve_is_drawn_and_named_inside_the_picture(given_: dict[str, tuple[float, float]]) -> None:
    curves = {name: {10_000: small, 1_000_000: large} for name, (small, large) in given_.items()}
    root = ET.fromstring(plot.log_log(curves, "records", "milliseconds"))
    lines = [e.attrib["points"].split() for e in root.iter(f"{SVG}polyline")]
    assert [len(points) for points in lines] == [2] * len(curves)
    for x, y in (point.split(",") for points in lines for point in points):
        assert plot.LEFT <= float(x) <= plot.WIDTH - plot.RIGHT
        assert plot.TOP - 0.1 <= float(y) <= plot.HEIGHT - plot.BOTTOM + 0.1
    texts = {e.text for e in root.iter(f"{SVG}text")}
    assert set(curves) <= texts


@given(CURVES)
def test_names_do_not_cover_each_other(given_: dict[str, tuple[float, float]]) -> None:
    curves = {name: {10_000: small, 1_000_000: large} for name, (small, large) in given_.items()}
    root = ET.fromstring(plot.log_log(curves, "records", "milliseconds"))
    heights = sorted(float(e.attrib["y"]) for e in root.iter(f"{SVG}text") if e.text in curves and "style" in e.attrib)
    assert all(b - a >= plot.LINE_HEIGHT - 0.2 for a, b in pairwise(heights))


@pytest.mark.parametrize(("cost", "power"), [(50.0, 1.0), (5.0, 0.0), (500.0, 2.0)])
def test_the_slope_is_between_the_two_largest_sizes(cost: float, power: float) -> None:
    assert exponent({10_000: 7.0, 100_000: 5.0, 1_000_000: cost}) == pytest.approx(power)


def landed(*figures: Figure) -> page.Found:
    return {"http": [asdict(f) for f in figures]}


def test_only_a_ratio_worse_by_more_than_a_fifth_is_told() -> None:
    before = landed(
        at_least("share", 60, 50, "%", ""), at_most("tail", 2.0, 2.5, "×", ""), at_most("wait", 10, 50, "ms", "")
    )
    now = [at_least("share", 47, 50, "%", ""), at_most("tail", 2.5, 2.5, "×", ""), at_most("wait", 40, 50, "ms", "")]
    assert page.regressions(before, {"http": now}) == ["share: 60 → 47 %", "tail: 2 → 2.5 ×"]
    close = [at_least("share", 49, 50, "%", ""), at_most("tail", 2.3, 2.5, "×", "")]
    assert page.regressions(before, {"http": close}) == []


def test_the_page_tells_what_bends_first_from_the_figures_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steep = Figure("rebuild", 0.98, "power of the records", "stated", True, "1 ms at 100,000, 10 ms at 1,000,000")
    flat = Figure("record by id", 0.02, "power of the records", "stated", True, "")
    monkeypatch.setattr(page, "PAGE", tmp_path / "benchmarks.md")
    monkeypatch.setattr(page, "DATA", tmp_path / "benchmarks.json")
    page.write({"growth": [asdict(flat), asdict(steep)]})
    text = page.PAGE.read_text()
    assert "What bends first: rebuild**" in text
    assert "record by id (0.02)" in text
    assert page.landed()["growth"][1]["name"] == "rebuild"


def test_every_bench_has_its_place_on_the_page() -> None:
    assert {*BENCHES} == {*page.TITLES}
