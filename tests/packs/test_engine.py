"""The engine: its limits, what it may reach, what it says when it cannot."""

import sys
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from riskreg.errors import RiskregError, Unavailable
from riskreg.packs import engine
from riskreg.packs.engine import Step, TooLarge, render_pdf

pytestmark = pytest.mark.pdf

PAGE = '<html lang="en"><title>One</title><h1>One</h1>{}</html>'


def render(body: str) -> engine.Pdf:
    return render_pdf(PAGE.format(body), identifier="one", made_at=0)


@pytest.fixture
def pango() -> None:
    try:
        engine.load_weasyprint()
    except Unavailable as error:
        pytest.skip(error.message)


@pytest.mark.usefixtures("pango")
def test_reports_its_steps() -> None:
    steps: list[tuple[Step, int]] = []
    pdf = render_pdf(
        PAGE.format('<p style="break-after: page">1</p><p>2'),
        identifier="one",
        made_at=0,
        progress=lambda step, page: steps.append((step, page)),
    )
    assert pdf.page_count == 2
    assert steps[0] == (Step.READING, 0)
    assert (Step.LAYING_OUT, 2) in steps
    assert steps[-1] == (Step.DRAWING, 0)


@pytest.mark.usefixtures("pango")
def test_prints_lines_whatever_ends_them() -> None:
    assert render("<p>one \u2029 two \u2028 three \u0085 four").page_count == 1


@pytest.mark.usefixtures("pango")
@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:{port}/x.png", "file:///etc/hostname", "static/../secret.key"]
)
def test_reaches_nothing_but_its_own_table(web: ThreadingHTTPServer, address: str) -> None:
    with pytest.raises(RiskregError, match="could not be made"):
        render(f'<img alt="" src="{address.format(port=web.server_address[1])}">')
    assert web.asked == []  # type: ignore[attr-defined]


@pytest.mark.usefixtures("pango")
def test_letters_are_drawn_with_our_own_fonts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert engine.fonts_in_use() == {engine.FAMILY}
    monkeypatch.setattr(engine, "FONTS", tmp_path)
    other = next(Path("/usr/share/fonts").rglob("DejaVuSans.ttf"), None)
    if other is not None:
        (tmp_path / other.name).write_bytes(other.read_bytes())
        assert engine.fonts_in_use() == {"DejaVu Sans"}


@pytest.mark.usefixtures("pango")
def test_nesting_that_exhausts_it_is_too_large() -> None:
    with pytest.raises(TooLarge, match="fewer rows"):
        render("<table><tr><td>" * 200)


@pytest.mark.usefixtures("pango")
def test_a_document_that_takes_too_long_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "WALL_SECONDS", 0.2)
    with pytest.raises(TooLarge):
        render("<p>slow</p>" * 20_000)


@pytest.mark.usefixtures("pango")
def test_memory_is_limited(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The limit is set by the child before it reads: a greedy module stands in for a document."""
    stand_in = "BYTES = bytearray(8 * 1024**3)\n"
    put_first(monkeypatch, tmp_path, stand_in)
    with pytest.raises(TooLarge):
        render("<p>")


def test_says_what_to_install_without_pango(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in = "raise OSError(\"cannot load library 'libpango-1.0-0'\")\n"
    put_first(monkeypatch, tmp_path, stand_in)
    with pytest.raises(Unavailable, match="apt install libpango"):
        render("<p>")


def put_first(monkeypatch: pytest.MonkeyPatch, folder: Path, source: str) -> None:
    """Let the child find this instead of WeasyPrint."""
    (folder / "weasyprint.py").write_text(source)
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])


@pytest.mark.usefixtures("pango")
def test_the_child_does_not_know_our_secrets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RISKREG_SECRET_KEY", "s" * 40)
    environment = engine._environment(tmp_path, 0)
    assert not [name for name in environment if name.startswith("RISKREG_")]
