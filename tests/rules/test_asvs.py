"""The page of requirements names exactly the tests that carry their numbers."""

import re

from tests.rules.sources import ROOT

MARK = re.compile(r'^@pytest\.mark\.asvs\("(v5\.0\.0-\d+\.\d+\.\d+)"\)$')
TEST = re.compile(r"^def (test_\w+)\(")
ROW = re.compile(r"^\| `(v5\.0\.0-[\d.]+)` \| [^|]+ \| (.+) \|$")


def test_the_page_of_requirements_names_the_tests_that_show_them() -> None:
    page = (ROOT / "docs/developers/asvs.md").read_text()
    rows = filter(None, map(ROW.match, page.splitlines()))
    named = {(row[1], test) for row in rows for test in re.findall("`([^`]+)`", row[2])}
    assert named == _marked()
    assert len(named) > 15


def _marked() -> set[tuple[str, str]]:
    found = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        carried: list[str] = []
        for line in path.read_text().splitlines():
            if mark := MARK.match(line):
                carried.append(mark[1])
            elif test := TEST.match(line):
                name = f"{path.relative_to(ROOT).as_posix()}::{test[1]}"
                found |= {(each, name) for each in carried}
                carried = []
    return found
