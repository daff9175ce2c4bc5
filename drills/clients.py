"""People at work over HTTP: each files risks, and sends again what was not acknowledged."""

import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from threading import Event, Thread
from urllib.parse import urlencode

from drills.stage import Stage

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
GIVEN = {"kind": "security", "team": "root", "treatment": "undecided", "system": "", "owner": ""}


class Client:
    """A signed-in browser without scripts."""

    def __init__(self, stage: Stage, number: int) -> None:
        self.port = stage.port
        self._cookies = {"riskreg-http": stage.tokens[number % len(stage.tokens)]}
        self._form_token = ""

    def get(self, path: str) -> str:
        """A page; its form's token is kept."""
        status, text = self._ask("GET", path, None)
        if status != 200:
            raise HTTPException(f"{path}: {status}")
        found = TOKEN.search(text)
        self._form_token = found[1] if found else self._form_token
        return text

    def post(self, path: str, values: Iterable[tuple[str, str]]) -> int:
        """Send a form; returns the status."""
        if not self._form_token:
            self.get("/me")
        body = urlencode([*values, ("csrf_token", self._form_token)])
        return self._ask("POST", path, body)[0]

    def take(self, token: str) -> None:
        """Go on in another session."""
        self._cookies["riskreg-http"] = token

    def status(self, path: str) -> int:
        """How a page is answered, whatever it is."""
        return self._ask("GET", path, None)[0]

    def file(self, title: str) -> str:
        """File a risk under a title that is its form's key too; says why it was not acknowledged.

        The empty string says that it was.
        """
        try:
            status = self.post("/risks/new", (GIVEN | {"title": title, "form_key": title}).items())
        except (OSError, HTTPException) as error:
            return f"{type(error).__name__} {error}"
        return "" if status == 303 else str(status)

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            for cookie in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = cookie.partition(";")[0].partition("=")
                self._cookies[name] = value
            return answer.status, text
        finally:
            connection.close()


class Load:
    """What the people at work were told is stored, and how long they waited."""

    def __init__(self) -> None:
        self.acked: list[str] = []
        self.failures = Counter[str]()
        self.stop = Event()
        self.longest_answer_seconds = self.longest_gap_seconds = 0.0
        self._acked_at = time.monotonic()

    def answered(self, title: str, fault: str, *, seconds: float) -> None:
        """Somebody was answered, or gave up."""
        self.longest_answer_seconds = max(self.longest_answer_seconds, seconds)
        if fault:
            self.failures[fault] += 1
            return
        self.acked.append(title)
        gap, self._acked_at = time.monotonic() - self._acked_at, time.monotonic()
        self.longest_gap_seconds = max(self.longest_gap_seconds, gap)

    def forget_times(self) -> None:
        """What was so far was not yet the drill."""
        self.longest_answer_seconds = self.longest_gap_seconds = 0.0
        self._acked_at = time.monotonic()

    def wait_for(self, more: int) -> None:
        """Until so many more were acknowledged; at most three minutes."""
        wanted, deadline = len(self.acked) + more, time.monotonic() + 180
        while len(self.acked) < wanted and time.monotonic() < deadline:
            time.sleep(0.01)


@contextmanager
def at_work(stage: Stage, people: int = 8, *, pause_seconds: float = 0) -> Iterator[Load]:
    """Inside, so many people file risks, one after the other."""
    load = Load()
    threads = [
        Thread(target=_file, args=(stage, number, load, pause_seconds)) for number in range(people)
    ]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.stop.set()
        for thread in threads:
            thread.join()


def _file(stage: Stage, number: int, load: Load, pause_seconds: float) -> None:
    client, done = Client(stage, number), 0
    while not load.stop.wait(pause_seconds):
        title, start = f"filed-by-{number}-{done}", time.monotonic()
        fault = client.file(title)
        load.answered(title, fault, seconds=time.monotonic() - start)
        if fault:
            time.sleep(0.05)  # and the same again
        else:
            done += 1
