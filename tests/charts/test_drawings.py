"""Charts are well-formed, escaped, the same every time, and stand empty and odd data."""

import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from riskreg.charts.bars import NARROW as NARROW_BARS
from riskreg.charts.bars import Bar, Part, Stack, bars, stacked_bars
from riskreg.charts.heatmap import Matrix, MatrixCell, heatmap
from riskreg.charts.lines import NARROW as NARROW_LINES
from riskreg.charts.lines import Series, Zone, lines, sparkline
from riskreg.charts.quadrant import BESIDE, NARROW, Point, Quadrants, quadrant
from riskreg.charts.svg import hatch, number, shorten, tag, text_of, width_of, wrap
from riskreg.paths import STATIC

EVIL = "<script>\"&'\x00\x0b</script>"
WORDS = Quadrants(
    effort_title="Effort",
    severity_title="Exposure",
    first="Do first",
    plan="Plan",
    quick="Sometime",
    later="Watch",
)
ZONES = (
    Zone(label="Healthy", low=0, high=2, ink="good"),
    Zone(label="Edge", low=2, high=5, ink="warn"),
    Zone(label=EVIL, low=5, high=None, ink="bad"),
    Zone(label="Thin", low=5, high=5, ink="unknown"),
)


def matrix(size: int = 5, *, href: str | None = None, label: str = "Level") -> Matrix:
    labels = [f"{label} {i}" for i in range(size)]
    cells = [
        MatrixCell(
            likelihood=j,
            impact=i,
            band_rank=min(4, 1 + (j * i) // 6),
            count=j * i % 4,
            targets=j % 2,
            name=f"{j} × {i}",
            href=href,
        )
        for j in range(1, size + 1)
        for i in range(1, size + 1)
    ]
    return Matrix(
        likelihood_labels=labels,
        impact_labels=labels,
        cells=cells,
        likelihood_title="Likelihood",
        impact_title="Impact",
    )


def point(ref: str, effort: float, severity: float, rank: int | None = 3) -> Point:
    return Point(ref=ref, effort_days=effort, severity=severity, band_rank=rank, title=EVIL)


DRAWINGS: dict[str, Callable[[], str]] = {
    "heat map": lambda: heatmap(matrix(), title="38 risks"),
    "heat map of two": lambda: heatmap(matrix(2), title="38 risks"),
    "heat map of seven": lambda: heatmap(matrix(7), title="38 risks"),
    "heat map with links": lambda: heatmap(matrix(href="/r?a=1&b=2"), title="x", links=True),
    "heat map with evil words": lambda: heatmap(matrix(label=EVIL), title=EVIL),
    "bars": lambda: bars([Bar(label=EVIL, value=3), Bar(label="b", value=9)], title=EVIL),
    "no bars": lambda: bars([], title="none"),
    "bars without values": lambda: bars([Bar(label="a", value=None)], title="x"),
    "bars of zero": lambda: bars([Bar(label="a", value=0)], title="x"),
    "huge bars": lambda: bars([Bar(label="a" * 500, value=1e300, shown="9" * 99)], title="x"),
    "stacks": lambda: stacked_bars(
        [Stack(label=EVIL, parts=[Part(label="A", value=5, ink="band-4")], shown="5")], title="x"
    ),
    "stack in plain ink": lambda: stacked_bars(
        [Stack(label="a", parts=[Part(label="A", value=5, ink="accent")])], title="x"
    ),
    "narrow stacks": lambda: stacked_bars(
        [
            Stack(label=f"{EVIL} {EVIL}", parts=[Part(label=EVIL, value=i, ink="sunk")])
            for i in range(3)
        ],
        title="x",
        width=NARROW_BARS,
    ),
    "narrow bars": lambda: bars([Bar(label="a", value=1)], title="x", width=NARROW_BARS),
    "no stacks": lambda: stacked_bars([], title="x"),
    "empty stack": lambda: stacked_bars(
        [Stack(label="a", parts=[Part(label="A", value=0, ink="good")])], title="x"
    ),
    "lines": lambda: lines(
        ["a", "b", EVIL],
        [Series(label="x", values=[1, None, 3]), Series(label=EVIL, values=[3, 3, None])],
        title="x",
        zones=ZONES,
        running=True,
    ),
    "narrow lines": lambda: lines(
        ["a", "b"], [Series(label="", values=[1, 2])], title="x", size=NARROW_LINES
    ),
    "no lines": lambda: lines([], [], title="x"),
    "one value": lambda: lines(["a"], [Series(label="x", values=[4])], title="x", running=True),
    "only gaps": lambda: lines(["a", "b"], [Series(label="x", values=[None, None])], title="x"),
    "huge line": lambda: lines(["a", "b"], [Series(label="x", values=[0, 1e18])], title="x"),
    "sparkline": lambda: sparkline([1, None, 3, 2], title="x"),
    "sparkline of one": lambda: sparkline([1], title="x"),
    "sparkline of nothing": lambda: sparkline([], title="x"),
    "flat sparkline": lambda: sparkline([2, 2, 2], title="x"),
    "quadrant": lambda: quadrant(
        [point(f"R-{i}", 3 + i % 7, 1 + i % 5, i % 5 or None) for i in range(60)], WORDS, title="x"
    ),
    "narrow quadrant": lambda: quadrant(
        [point("R-1", 1, 1e-9), point("R-2", 900, 4e6)], WORDS, title=EVIL, size=NARROW
    ),
    "empty quadrant": lambda: quadrant([], WORDS, title="x"),
    "quadrant of one": lambda: quadrant([point("R-1", 1, 1e-9)], WORDS, title=EVIL),
    "wide quadrant": lambda: quadrant(
        [point("R-1", 1, 0.001), point("R-2", 1e6, 1e9)], WORDS, title="x"
    ),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_is_well_formed_and_named(name: str) -> None:
    root = ElementTree.fromstring(DRAWINGS[name]())  # noqa: S314 - our own text
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.find("{http://www.w3.org/2000/svg}title") is not None


@pytest.mark.parametrize("name", DRAWINGS)
def test_is_the_same_every_time(name: str) -> None:
    assert DRAWINGS[name]() == DRAWINGS[name]()


@pytest.mark.parametrize("name", DRAWINGS)
def test_uses_only_what_the_pack_renderer_knows(name: str) -> None:
    drawing = DRAWINGS[name]()
    for forbidden in (
        "<script",
        "var(",
        "currentColor",
        "foreignObject",
        "filter",
        " style=",
        " id=",
    ):
        assert forbidden not in drawing
    assert "nan" not in drawing.lower()
    assert "inf" not in re.sub(r"<title>.*?</title>|<text.*?</text>", "", drawing)


@pytest.mark.parametrize("name", DRAWINGS)
def test_stays_inside_its_frame(name: str) -> None:
    root = ElementTree.fromstring(DRAWINGS[name]())  # noqa: S314 - our own text
    width, height = (float(root.attrib[key]) for key in ("width", "height"))
    for element in root.iter():
        if "x" in element.attrib and "y" in element.attrib and element.get("transform") is None:
            assert 0 <= float(element.attrib["x"]) <= width
            assert 0 <= float(element.attrib["y"]) <= height


def test_every_class_of_a_chart_follows_the_theme() -> None:
    sheet = (STATIC / "css" / "components.css").read_text()
    used = {
        word
        for draw in DRAWINGS.values()
        for words in re.findall(r'class="([^"]+)"', draw())
        for word in words.split()
    }
    assert [word for word in sorted(used) if f".{word} " not in sheet] == []


def test_rows_of_a_matrix_start_at_the_highest_impact() -> None:
    rows = list(matrix(3).rows())
    assert [name for name, _cells in rows] == ["Level 2", "Level 1", "Level 0"]
    assert [cell.likelihood for cell in rows[0][1]] == [1, 2, 3]


def test_cells_are_links_only_when_asked() -> None:
    linked, plain = (
        heatmap(matrix(href="/r?a=1&b=2"), title="x", links=on) for on in (True, False)
    )
    assert linked.count("<a ") == 25
    assert 'href="/r?a=1&amp;b=2"' in linked
    assert 'role="group"' in linked
    assert "<a " not in plain


def test_one_path_draws_all_cells_of_a_band() -> None:
    drawing = heatmap(matrix(), title="x")
    assert [drawing.count(f'class="f-band-{rank}"') for rank in (2, 3, 4)] == [1, 1, 1]
    assert drawing.count('class="f-band-1 s-band-1-shape"') == 1


def test_a_gap_is_marked_and_not_bridged() -> None:
    drawing = lines(["a", "b", "c", "d"], [Series(label="x", values=[1, 2, None, 4])], title="x")
    assert ">?<" in drawing
    assert len(re.findall(r'stroke-width="2"', drawing)) == 2


def test_unknown_is_not_zero() -> None:
    assert ">?<" in bars([Bar(label="a", value=None)], title="x")
    assert ">0<" in bars([Bar(label="a", value=0)], title="x")


@pytest.mark.parametrize("size", [(720.0, 480.0), NARROW])
def test_labels_of_a_quadrant_do_not_touch(size: tuple[float, float]) -> None:
    points = [point(f"R-{i}", 3 * 1.4 ** (i % 9), 2.0 ** (i % 7)) for i in range(63)]
    drawn = quadrant(points, WORDS, title="x", size=size)
    root = ElementTree.fromstring(drawn)  # noqa: S314 - our own text
    boxes = []
    for element in root.iter("{http://www.w3.org/2000/svg}text"):
        words = element.text or ""
        if words.startswith("R-"):
            x, y = float(element.attrib["x"]), float(element.attrib["y"])
            boxes.append((x, y - 10, x + width_of(words), y + 2))
    clashes = [
        (a, b)
        for i, a in enumerate(boxes)
        for b in boxes[i + 1 :]
        if a[0] < b[2] + BESIDE * 0.9 and b[0] < a[2] + BESIDE * 0.9 and a[1] < b[3] and b[1] < a[3]
    ]
    assert boxes
    assert clashes == []


def test_points_at_one_place_share_a_mark() -> None:
    drawing = quadrant([point("R-1", 10, 10), point("R-2", 10, 10)], WORDS, title="x")
    assert ">R-1 +1<" in drawing


def test_a_lonely_point_with_an_address_is_a_link() -> None:
    lonely = Point(ref="R-1", effort_days=3, severity=4, band_rank=2, href="/risks/R-1")
    assert 'href="/risks/R-1"' in quadrant([lonely], WORDS, title="x", links=True)
    assert "href" not in quadrant([lonely], WORDS, title="x")


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0"), (-0.001, "0"), (1.5, "1.5"), (2.0, "2"), (1 / 3, "0.33")]
)
def test_coordinates_are_short(value: float, shown: str) -> None:
    assert number(value) == shown


def test_text_is_escaped_and_cleaned() -> None:
    assert text_of(EVIL) == "&lt;script&gt;\"&amp;'&lt;/script&gt;"
    assert tag("a", x='"', y=None, b_c=1) == '<a x=\'"\' b-c="1"/>'


def test_long_words_are_cut_and_wrapped() -> None:
    assert shorten("short", 100) == "short"
    assert shorten("a" * 100, 60).endswith("…")
    assert shorten("abc", 1) == "…"
    assert wrap("Almost certain to happen", 60) == ["Almost", shorten("certain to happen", 60)]


def test_hatching_stays_in_its_rectangle() -> None:
    numbers = [float(n) for n in re.findall(r"[\d.]+", hatch(10, 20, 30, 40))]
    assert min(numbers[::2]) >= 10
    assert max(numbers[::2]) <= 40
    assert min(numbers[1::2]) >= 20
    assert max(numbers[1::2]) <= 60
