"""The whole way with a real provider, oidc-provider on Node, and a browser's cookies."""

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, build_opener

import pytest
from flask import Flask

from riskreg.db import transaction
from riskreg.org.kinds import Role
from riskreg.org.models import Person, Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.settings import Provider
from riskreg.sso.services import change_admission
from tests.client import RegisterClient
from tests.sso.test_people import give, roles_of

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache"
RETURN = "http://localhost/sign-in/sso/return"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A running provider."""
    folder = installed()
    command = [shutil.which("node") or "node", str(HERE / "provider.mjs"), str(folder), RETURN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


@pytest.fixture
def trusted(app: Flask, root: Team, issuer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """riskreg, told about it."""
    provider = Provider(
        issuer=issuer,
        client_id="riskreg",
        client_secret="a: secret%",
        scopes=("openid", "email", "profile", "groups"),
        domains=frozenset({"example.org"}),
    )
    settings = replace(app.config["SETTINGS"], provider=provider, base_url="http://localhost")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    with transaction():
        values = {"connects_by_email": True, "admits_new": False}
        change_admission(SYSTEM_ACTOR, values, version=None)


@pytest.mark.usefixtures("trusted")
def test_signs_in_proves_and_refuses_what_was_used(
    client: RegisterClient, ada: Person, root: Team
) -> None:
    give("sre", root, Role.MANAGER)
    browser = Browser()
    answer = browser.led_back_from(client.get("/sign-in/sso?next=/me").location)
    assert {"code", "state", "iss"} == answer.keys()
    first = client.get("/sign-in/sso/return", query_string=answer)
    assert (first.status_code, first.location) == (303, "/me")
    assert "Ada Active" in client.get("/me").text
    assert roles_of(ada) == {root.id: Role.MANAGER}
    proof = browser.led_back_from(client.get("/me/proof/sso?next=/me").location)
    assert client.get("/sign-in/sso/return", query_string=proof).location == "/me"
    fresh = browser.led_back_from(client.get("/sign-in/sso").location)
    used = {**fresh, "code": answer["code"]}
    assert client.get("/sign-in/sso/return", query_string=used).status_code == 403


class Browser:
    """Follows a provider's redirects, with its cookies, until it leads back."""

    def __init__(self) -> None:
        jar = CookieJar(DefaultCookiePolicy(rfc2965=True))
        self._opener = build_opener(_OneStep, HTTPCookieProcessor(jar))

    def led_back_from(self, address: str) -> dict[str, str]:
        """What the provider sends along."""
        for _step in range(10):
            if address.startswith(RETURN):
                return dict(parse_qsl(urlsplit(address).query))
            address = self._next(address)
        raise AssertionError("led in circles")

    def _next(self, address: str) -> str:
        try:
            self._opener.open(address, timeout=10)
        except HTTPError as answer:
            with answer:
                return urljoin(address, str(answer.headers["Location"]))
        raise AssertionError("the provider shows a page instead of leading on")


class _OneStep(HTTPRedirectHandler):
    """Every redirect is shown as what it is."""

    def redirect_request(self, *_details: Any) -> None:
        """Not here."""


def installed() -> Path:
    """The folder with the provider in it; skips the test where it cannot be had."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are not here (Debian: apt-get install nodejs npm)")
    lock = (HERE / "package-lock.json").read_bytes()
    folder = CACHE / f"identity-provider-{hashlib.sha256(lock).hexdigest()[:12]}"
    if folder.is_dir():
        return folder
    CACHE.mkdir(exist_ok=True)
    fresh = Path(mkdtemp(dir=CACHE))
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, fresh)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=fresh, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"npm could not install oidc-provider: {done.stderr[-300:]}")
    with suppress(OSError):  # another test process was faster
        return fresh.rename(folder)
    shutil.rmtree(fresh)
    return folder
