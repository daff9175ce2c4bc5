"""Whatever a pack were made of, nothing is fetched for it, and it carries nothing along."""

from http.server import ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from riskreg.errors import Unavailable
from riskreg.packs.child import fetcher
from riskreg.packs.engine import BASE, load_weasyprint
from tests.corpora import cases

pytestmark = pytest.mark.pdf
SECRET = "Kanarienvogel"
# What a PDF can do by itself when it is opened, or hold beside its pages.
ACTIVE = (
    b"/JavaScript",
    b"/JS",
    b"/Launch",
    b"/EmbeddedFile",
    b"/OpenAction",
    b"/AA",
    b"/RichMedia",
)


@pytest.fixture
def weasyprint() -> Any:
    try:
        return load_weasyprint()
    except Unavailable as error:
        pytest.skip(error.message)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret.svg"
    file.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>{SECRET}</text></svg>'
    )
    return file


def printed(weasyprint: Any, body: str) -> bytes | None:
    """The PDF, or None where a refused address ended the printing."""
    page = f'<html lang="en"><title>One</title>{body}</html>'
    html = weasyprint.HTML(string=page, base_url=BASE, url_fetcher=fetcher(weasyprint))
    try:
        content: bytes = html.write_pdf(uncompressed_pdf=True)
    except weasyprint.urls.FatalURLFetchingError:
        return None
    return content


@pytest.mark.asvs("v5.0.0-1.3.6")
def test_no_channel_fetches_or_carries_anything(
    weasyprint: Any, web: ThreadingHTTPServer, secret: Path
) -> None:
    channels = cases("channels")
    assert len(channels) >= 28
    addresses = (f"http://127.0.0.1:{web.server_address[1]}/x.svg", secret.as_uri())
    refused = 0
    for number, channel in enumerate(channels):
        content = printed(weasyprint, channel.replace("{}", addresses[number % 2]))
        refused += content is None
        if content is not None:
            assert not [name for name in ACTIVE if name in content], channel
            assert SECRET not in text_of(content), channel
    assert web.asked == []  # type: ignore[attr-defined]
    assert refused >= 20  # the others are no channels of this version


def test_each_scheme_but_data_is_refused(weasyprint: Any) -> None:
    schemes = ("http", "https", "ftp", "file", "gopher", "jar", "blob", "javascript", "FILE")
    for scheme in schemes:
        assert printed(weasyprint, f'<img alt="" src="{scheme}://127.0.0.1/x">') is None, scheme


def text_of(content: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
