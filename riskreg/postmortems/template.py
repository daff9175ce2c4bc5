"""The sections of a post-mortem, as the content files beside this module say."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from riskreg.lib.shipped import read

CONTENT = Path(__file__).parent / "content"
LANGUAGE = "en"
# Kinds that hold a text a person writes; the others are lists kept elsewhere, with a text beside.
WRITTEN = frozenset({"markdown", "timeline"})


@dataclass(frozen=True, kw_only=True)
class Section:
    """One heading; `kind` is markdown, timeline, risks, statements, ideas, actions or record."""

    key: str
    title: str
    guidance: str
    kind: str
    required: bool
    brief: bool

    @property
    def has_text(self) -> bool:
        """Whether people write a text under it (all but ideas and the record of the review)."""
        return self.kind not in {"ideas", "record"}


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word to choose, such as a type of action or a cause."""

    key: str
    name: str
    guidance: str = ""


@dataclass(frozen=True, kw_only=True)
class Template:
    """Title, sections in order, types of action and causes."""

    version: int
    title: str
    summary: str
    sections: tuple[Section, ...]
    types: tuple[Word, ...]
    causes: tuple[Word, ...]

    def section(self, key: str) -> Section | None:
        """The section of this key."""
        return next((section for section in self.sections if section.key == key), None)

    def cause(self, key: str) -> str:
        """What a cause is called; the key itself where the template does not know it."""
        return next((word.name for word in self.causes if word.key == key), key)


@cache
def template(language: str = LANGUAGE) -> Template:
    """The template in a language; what a translation leaves out is in English."""
    base = _read(LANGUAGE)
    own = _read(language) if language != LANGUAGE and _path(language).is_file() else {}
    words: Mapping[str, Mapping[str, str]] = own.get("sections", {})
    return Template(
        version=base["version"],
        title=own.get("title", base["title"]),
        summary=own.get("summary", base["summary"]),
        sections=tuple(
            Section(**{**section, **words.get(section["key"], {})}) for section in base["sections"]
        ),
        types=tuple(Word(**word) for word in own.get("types", base["types"])),
        causes=tuple(Word(**word) for word in own.get("tags", base["tags"])),
    )


def _read(language: str) -> dict[str, Any]:
    content: dict[str, Any] = read(_path(language))
    return content


def _path(language: str) -> Path:
    name = "template.yaml" if language == LANGUAGE else f"template.{language}.yaml"
    return CONTENT / name
