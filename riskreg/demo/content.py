"""Read the texts of the demo; their shape is described at the head of each file."""

from pathlib import Path
from typing import Any

from riskreg.lib.shipped import read

FOLDER = Path(__file__).with_name("content")


def load(name: str) -> dict[str, Any]:
    """One file, such as company.yaml."""
    content: dict[str, Any] = read(FOLDER / name)
    return content


def load_all(folder: str, key: str) -> list[dict[str, Any]]:
    """The entries under `key` of every file in a folder, with the file's team as default."""
    entries: list[dict[str, Any]] = []
    for path in sorted((FOLDER / folder).glob("*.yaml")):
        content = load(f"{folder}/{path.name}")
        entries += [{"team": content.get("team")} | entry for entry in content[key]]
    return entries
