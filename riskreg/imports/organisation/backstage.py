"""A Backstage catalogue: Group, User, System and Component; what it names and lacks is told.

Backstage does not say how strongly things depend on each other, nor what a member may do: both are
left open here. A reference is "[kind:][namespace/]name", and case does not count in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from riskreg.imports.formats.csv import decoded
from riskreg.imports.kinds import ImportRefused, Note
from riskreg.imports.organisation.entries import Entries, PersonEntry, Ref, SystemEntry, TeamEntry
from riskreg.imports.organisation.yaml_tree import Mapping, Sequence, Text, documents
from riskreg.imports.texts import gettext as _
from riskreg.lib.text import clean_line, clean_text, slugify
from riskreg.risks.values import is_web_address

KIND = "organisation"
API = "backstage.io/"
DEFAULT = "default"  # the namespace that is left out
GROUP, USER, SYSTEM, COMPONENT, LOCATION = "group", "user", "system", "component", "location"
TAKEN_FOR = {"Group": "team", "User": "person", "System": "system", "Component": "system"}
REPOSITORIES = {
    "github.com/project-slug": "https://github.com/",
    "gitlab.com/project-slug": "https://gitlab.com/",
}
SOURCE = "backstage.io/source-location"
LINKS = ("runbook", "dashboard")


class Id(NamedTuple):
    """What an entity is called throughout a catalogue."""

    kind: str
    namespace: str
    name: str

    @property
    def slug(self) -> str:
        """Its name in addresses; the namespace tells those apart that share a name."""
        return slugify(self.name if self.namespace == DEFAULT else f"{self.namespace}-{self.name}")


def recognises(data: bytes) -> bool:
    """Whether this looks like a catalogue."""
    return b"apiVersion" in data[:65_536] and API.encode() in data[:65_536]


def read(data: bytes) -> Entries:
    """Everything the file tells of. Raises ImportRefused."""
    text, _encoding = decoded(data)
    return _Catalogue(tuple(_entities(text))).entries()


def _entities(text: str) -> Iterator[Mapping]:
    """The entities of every document; some exports list them in one."""
    for document in documents(text):
        for each in document.items if isinstance(document, Sequence) else (document,):
            if isinstance(each, Mapping) and each.text("apiVersion").startswith(API):
                yield each
            elif each != "":
                raise ImportRefused(
                    _(
                        "Line %(line)s begins something that is no entity of Backstage. Nothing "
                        "was stored.",
                        line=each.line,
                    )
                )


class _Catalogue:
    """The entities of a file, and what they say about each other from either end."""

    def __init__(self, entities: tuple[Mapping, ...]) -> None:
        self._entities = entities
        self._known = {_id(each): each for each in entities}
        self._warnings: list[Note] = []
        self._skipped = 0
        self._parents: dict[Id, Ref] = {}
        self._groups_of: defaultdict[Id, list[Ref]] = defaultdict(list)
        self._parts_of: defaultdict[Id, list[Ref]] = defaultdict(list)

    def entries(self) -> Entries:
        """Read it from the top down, then from the bottom up."""
        for each in self._entities:
            self._note_relations(each)
        for each in self._entities:
            self._note_unread(each)
        return Entries(
            kind=KIND,
            rows=len(self._entities),
            teams=tuple(self._team(each) for each in self._of(GROUP)),
            people=tuple(self._people()),
            systems=tuple(self._system(each) for each in self._of(SYSTEM, COMPONENT)),
            skipped=self._skipped,
            warnings=tuple(self._warnings),
            mapping=TAKEN_FOR,
            recognised={_("tool"): "Backstage"},
        )

    def _of(self, *kinds: str) -> Iterator[Mapping]:
        """Entities of some kinds; of one that is there twice the last."""
        for entity_id, entity in self._known.items():
            if entity_id.kind in kinds:
                yield entity

    def _note_relations(self, entity: Mapping) -> None:
        """What is said at the other end than where riskreg keeps it."""
        own, spec = _id(entity), entity.mapping("spec")
        here = self._ref(own, Text(own.name, entity.line), "metadata.name")
        if own.kind == GROUP:
            for child in [*spec.texts("children"), *_related(entity, "parentOf")]:
                self._parents.setdefault(_id_in(child, GROUP), here)
            for member in [*spec.texts("members"), *_related(entity, "hasMember")]:
                self._groups_of[_id_in(member, USER)].append(here)
                self._expect(_id_in(member, USER), member, "members")
        if own.kind == USER:
            groups = [*spec.texts("memberOf"), *_related(entity, "memberOf")]
            self._groups_of[own] += [self._refer(each, GROUP, "memberOf") for each in groups]
        if own.kind == COMPONENT:
            wholes = [*spec.texts("system"), *_related(entity, "partOf")]
            for whole in wholes:
                whole_id = _id_in(whole, SYSTEM)
                if whole_id.kind == SYSTEM:
                    self._parts_of[whole_id].append(here)
                    self._expect(whole_id, whole, "system")

    def _note_unread(self, entity: Mapping) -> None:
        """What riskreg has no place for, and other files that a location names."""
        kind, spec = _id(entity).kind, entity.mapping("spec")
        if kind == LOCATION:
            self._skipped += 1
            for target in [*spec.texts("targets"), *spec.texts("target")]:
                message = _(
                    "%(target)s is another file and was not read; import it too, or put both "
                    "into one.",
                    target=target,
                )
                self._warn(target.line, "targets", message)
        elif kind not in {GROUP, USER, SYSTEM, COMPONENT}:
            self._skipped += 1
            message = _(
                "riskreg keeps nothing of the kind %(kind)s; left out.", kind=entity.text("kind")
            )
            self._warn(entity.line, "kind", message)

    def _team(self, entity: Mapping) -> TeamEntry:
        own, spec = _id(entity), entity.mapping("spec")
        above = [*spec.texts("parent"), *_related(entity, "childOf")]
        parent = self._refer(above[0], GROUP, "parent") if above else self._parents.get(own)
        return TeamEntry(
            line=entity.line,
            slug=own.slug,
            name=_display_name(entity),
            parent=parent,
            below=tuple(self._refer(each, GROUP, "children") for each in spec.texts("children")),
        )

    def _people(self) -> Iterator[PersonEntry]:
        for entity in self._of(USER):
            groups = tuple(dict.fromkeys(self._groups_of[_id(entity)]))
            email = _email(entity)
            if email:
                yield PersonEntry(
                    line=entity.line,
                    email=email,
                    name=_display_name(entity),
                    member_of=groups,
                )
            else:
                self._skipped += 1
                message = _("%(name)s has no e-mail address; left out.", name=_id(entity).name)
                self._warn(entity.line, "profile.email", message)

    def _system(self, entity: Mapping) -> SystemEntry:
        own, spec = _id(entity), entity.mapping("spec")
        owners = [*spec.texts("owner"), *_related(entity, "ownedBy")]
        needs = [*self._needed(entity), *self._parts_of[own]]
        return SystemEntry(
            line=entity.line,
            key=self._key(own),
            name=_title(entity),
            team=self._owner(owners[0]) if owners else None,
            values=self._values(entity),
            needs=tuple((None, each) for each in dict.fromkeys(needs)),
        )

    def _needed(self, entity: Mapping) -> Iterator[Ref]:
        """What it depends on, of what riskreg keeps; each once."""
        spec, seen = entity.mapping("spec"), set()
        for each in [*spec.texts("dependsOn"), *_related(entity, "dependsOn")]:
            other = _id_in(each, COMPONENT)
            if other in seen or other == _id(entity):
                continue
            seen.add(other)
            if other.kind in {COMPONENT, SYSTEM}:
                yield self._refer(each, COMPONENT, "dependsOn")
            else:
                message = _("“%(text)s” is no component or system; left out.", text=each)
                self._warn(each.line, "dependsOn", message)

    def _owner(self, text: Text) -> Ref | None:
        """The owning group; for a person, the first group they are in."""
        owner = _id_in(text, GROUP)
        if owner.kind != USER:
            return self._refer(text, GROUP, "owner")
        groups = self._groups_of.get(owner)
        if groups:
            return Ref(name=groups[0].name, line=text.line, column="owner", text=text)
        message = _("“%(text)s” is a person of no group in this file.", text=text)
        self._warn(text.line, "owner", message)
        return None

    def _values(self, entity: Mapping) -> dict[str, str]:
        """Description and links."""
        metadata = entity.mapping("metadata")
        notes = metadata.mapping("annotations")
        found = {"description": clean_text(metadata.text("description"))}
        source = notes.text(SOURCE).removeprefix("url:")
        slugs = [f"{at}{notes.text(key)}" for key, at in REPOSITORIES.items() if notes.text(key)]
        links = {"repository_url": next(iter(slugs), source)}
        for link in metadata.nodes("links"):
            if isinstance(link, Mapping):
                words = f"{link.text('title')} {link.text('type')} {link.text('icon')}".lower()
                names = [f"{each}_url" for each in LINKS if each in words]
                links |= {name: link.text("url") for name in names if name not in links}
        for name, url in links.items():
            if is_web_address(url):
                found[name] = url
            elif url:
                self._warn(entity.line, name, _("“%(text)s” is no web address.", text=url[:60]))
        return {name: value for name, value in found.items() if value}

    def _refer(self, text: Text, kind: str, column: str) -> Ref:
        """A reference to something that riskreg keeps."""
        return self._ref(_id_in(text, kind), text, column)

    def _ref(self, entity_id: Id, text: Text, column: str) -> Ref:
        name = self._key(entity_id)
        if entity_id.kind == USER:
            entity = self._known.get(entity_id)
            name = _email(entity) if entity else ""
        return Ref(name=name, line=text.line, column=column, text=str(text))

    def _key(self, own: Id) -> str:
        """A component that shares its name with a system is told apart from it."""
        is_double = own.kind == COMPONENT and own._replace(kind=SYSTEM) in self._known
        return f"{own.slug}-component" if is_double else own.slug

    def _expect(self, entity_id: Id, text: Text, column: str) -> None:
        """Warn of something that is named and is not in the file."""
        if entity_id not in self._known:
            message = _("“%(text)s” is named here and is not in the file.", text=text)
            self._warn(text.line, column, message)

    def _warn(self, line: int, column: str, message: str) -> None:
        self._warnings.append(Note(line=line, column=column, message=message))


def _id(entity: Mapping) -> Id:
    metadata = entity.mapping("metadata")
    namespace = metadata.text("namespace").lower() or DEFAULT
    return Id(entity.text("kind").lower(), namespace, metadata.text("name").lower())


def _id_in(text: Text, kind: str) -> Id:
    """What a reference means where one to this kind is expected."""
    whole = text.lower().strip()
    before, mark, rest = whole.partition(":")
    kind, path = (before, rest) if mark else (kind, whole)
    namespace, mark, name = path.partition("/")
    return Id(kind, namespace, name) if mark else Id(kind, DEFAULT, path)


def _related(entity: Mapping, relation: str) -> list[Text]:
    """Targets of a relation as Backstage works it out, where the file holds those."""
    found = [each for each in entity.nodes("relations") if isinstance(each, Mapping)]
    return [each.text("targetRef") for each in found if each.text("type") == relation]


def _display_name(entity: Mapping) -> str:
    profile = entity.mapping("spec").mapping("profile")
    return clean_line(profile.text("displayName")) or _title(entity)


def _title(entity: Mapping) -> str:
    metadata = entity.mapping("metadata")
    return clean_line(metadata.text("title")) or clean_line(metadata.text("name"))


def _email(entity: Mapping) -> str:
    return entity.mapping("spec").mapping("profile").text("email").strip().lower()
