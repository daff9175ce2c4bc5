"""Fifty people change one risk at the same time; nobody's accepted change may vanish."""

import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape

from drills.clients import GIVEN, Client
from drills.outcome import Outcome, compare
from drills.stage import Server, Stage

SHORT, LONG, CONTROL_SIZE = 50, 50, 8
EDITS = 20
DATABASES = ("sqlite", "postgresql")
CONTROL = "people who do not say which version they saw"
PROMISE = "Of fifty people who change one risk at the same time, nobody's saved change vanishes."
TRIES, ACKED = "changes tried", "saved"
VERSION = re.compile(r'name="version"[^>]* value="(\d+)"')
TEXT = re.compile(r'<textarea[^>]* name="description"[^>]*>(.*?)</textarea>', re.DOTALL)


def run(stage: Stage, size: int, *, control: bool) -> Outcome:
    """Each reads the risk, adds a word to its text, and sends it, twenty times.

    The version moved for each accepted one, and the text holds the word of each.
    """
    with Server(stage):
        first = Client(stage, 0)
        assert first.file("shared") == ""
        before, _text = _read(first.get("/risks/R-1/edit"))
        with ThreadPoolExecutor(size) as pool:
            asked = [pool.submit(_edit, stage, number, control) for number in range(size)]
            accepted = [word for each in asked for word in each.result()]
        version, text = _read(first.get("/risks/R-1/edit"))
    wrong = stage.faults() + (version - before < len(accepted))  # one may move it twice
    return compare(size * EDITS, accepted, text.split(), wrong=wrong)


def _edit(stage: Stage, number: int, control: bool) -> list[str]:
    client, accepted = Client(stage, number), list[str]()
    for turn in range(EDITS):
        version, text = _read(client.get("/risks/R-1/edit"))
        word = f"w{number}-{turn}"
        sent = {**GIVEN, "title": "shared", "description": f"{text} {word}"}
        if not control:
            sent["version"] = str(version)
        status = client.post("/risks/R-1/edit", sent)
        if status == 303:
            accepted.append(word)
        else:
            assert status in {409, 503}, status  # changed meanwhile, or others were saving for long
    return accepted


def _read(page: str) -> tuple[int, str]:
    version, text = VERSION.search(page), TEXT.search(page)
    assert version is not None
    assert text is not None
    return int(version[1]), unescape(text[1]).strip()
