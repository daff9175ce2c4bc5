"""Packs printed once for all tests of this folder, and a server that nobody may ask."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from pypdf import PdfReader

from riskreg import create_app, migrate
from riskreg.db import db, transaction
from riskreg.errors import Unavailable
from riskreg.org.models import Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.packs.document import pack_pdf
from riskreg.packs.engine import load_weasyprint
from riskreg.packs.kinds import PackKind
from riskreg.packs.models import Snapshot
from riskreg.packs.services import freeze
from riskreg.settings import Settings
from tests.packs import story

REFS = {PackKind.RISK: "R-48", PackKind.REVIEW: "OR-1", PackKind.POSTMORTEM: "I-1"}


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A pack on paper, and the values it was printed from."""

    content: bytes
    page_count: int
    snapshot_id: int
    data: dict[str, Any]

    @cached_property
    def reader(self) -> PdfReader:
        """The PDF's own parts."""
        return PdfReader(BytesIO(self.content))

    @cached_property
    def pages(self) -> list[str]:
        """The text of each page."""
        document = pypdfium2.PdfDocument(self.content)
        return [page.get_textpage().get_text_bounded() for page in document]


Print = Callable[..., Printed]


@pytest.fixture(scope="session")
def web() -> Iterator[ThreadingHTTPServer]:
    """A server that notes who asks it; nobody should."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = asked  # type: ignore[attr-defined]
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def press(
    tmp_path_factory: pytest.TempPathFactory,
    web: ThreadingHTTPServer,
    compiled: FileSystemBytecodeCache,
) -> Iterator[tuple[Flask, int]]:
    """An application that was told the story, and the id of its root team."""
    try:
        load_weasyprint()
    except Unavailable as error:
        pytest.skip(error.message)
    home: Path = tmp_path_factory.mktemp("press")
    home.chmod(0o700)
    app = create_app(
        Settings(
            home=home, database_url=f"sqlite:///{home / 'x.db'}", secret_key="p" * 40, testing=True
        )
    )
    app.jinja_env.bytecode_cache = compiled
    with app.app_context():
        migrate.upgrade()
        root_id = story.tell(web.server_address[1]).id
        db.session.remove()
    yield app, root_id
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def printed(press: tuple[Flask, int]) -> Print:
    """Prints a pack of the story, each once: printed("register", paper="Letter")."""
    app, root_id = press

    @cache
    def frozen(kind: PackKind) -> int:
        with transaction():
            root = db.session.get_one(Team, root_id)
            return freeze(SYSTEM_ACTOR, kind=kind, team=root, ref=REFS.get(kind, "")).id

    def print_pack(kind: str, *, paper: str = "A4", copy: int = 1) -> Printed:
        return print_once(kind, paper, copy)

    @cache
    def print_once(kind: str, paper: str, _copy: int) -> Printed:
        with app.app_context():
            snapshot = db.session.get_one(Snapshot, frozen(PackKind(kind)))
            pdf = pack_pdf(snapshot, paper=paper)
            return Printed(
                content=pdf.content,
                page_count=pdf.page_count,
                snapshot_id=snapshot.id,
                data=snapshot.data,
            )

    return print_pack
