"""What can be exported, and an export as its reader may have it."""

from functools import cache

from flask_babel import gettext as _

from riskreg.discovery import discover
from riskreg.errors import Forbidden, Invalid, NotFound
from riskreg.exports import formats, tables
from riskreg.exports.kinds import Asked, Book, ExportFormat, ExportTable
from riskreg.org.permissions import Actor


@cache
def known_tables() -> dict[str, ExportTable]:
    """Every kind of export by its name; raises SettingsError naming a faulty plug-in."""
    return {table.name: table for table in discover(tables, "TABLE")}


@cache
def known_formats() -> dict[str, ExportFormat]:
    """Every file format by its name; raises SettingsError naming a faulty plug-in."""
    return {each.name: each for each in discover(formats, "FORMAT")}


def tables_for(actor: Actor) -> list[ExportTable]:
    """The lists that the actor may take away, in the order in which people look for them."""
    wanted = ("risks", "actions", "incidents", "systems", "teams", "people")
    return [
        known_tables()[name]
        for name in wanted
        if actor.may_somewhere(known_tables()[name].permission)
    ]


def table_named(kind: str) -> ExportTable:
    """A kind of export; NotFound when there is none."""
    if kind not in known_tables():
        raise NotFound(
            _(
                "There is no export called %(kind)s; there are: %(kinds)s.",
                kind=kind,
                kinds=", ".join(known_tables()),
            )
        )
    return known_tables()[kind]


def format_named(name: str) -> ExportFormat:
    """A file format; Invalid when there is none."""
    if name not in known_formats():
        raise Invalid(
            _(
                "There is no format called %(name)s; there are: %(names)s.",
                name=name,
                names=", ".join(known_formats()),
            ),
            field="format",
        )
    return known_formats()[name]


def book_of(kind: str, asked: Asked) -> Book:
    """The rows of an export, not read yet; Forbidden or NotFound as the actor's roles say."""
    table = table_named(kind)
    if not asked.actor.may_somewhere(table.permission):
        raise Forbidden(_("Your role does not let you do this. A manager of the team can."))
    return table.read(asked)
