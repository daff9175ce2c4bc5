"""The fields a column can fill, and the names by which other people's columns call them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l


class FieldType(StrEnum):
    """How the cells of a field are read."""

    TEXT = "text"
    LIST = "list"
    WORD = "word"
    LEVEL = "level"
    SCORE = "score"
    EFFORT = "effort"
    DAY = "day"


class Axis(StrEnum):
    """The two sides of a rating."""

    LIKELIHOOD = "likelihood"
    IMPACT = "impact"


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """A field of a risk; `aliases` are folded, `many` says that several columns may feed it."""

    name: str
    label: LazyString
    type: FieldType
    aliases: tuple[str, ...] = ()
    many: bool = False


def _field(
    name: str, label: LazyString, aliases: str = "", *, type: FieldType, many: bool = False
) -> Field:
    names = tuple(alias.strip() for alias in aliases.split(",") if alias.strip())
    return Field(name=name, label=label, type=type, aliases=names, many=many)


_text = partial(_field, type=FieldType.TEXT)
_texts = partial(_field, type=FieldType.TEXT, many=True)
_list = partial(_field, type=FieldType.LIST, many=True)
_word = partial(_field, type=FieldType.WORD)
_day = partial(_field, type=FieldType.DAY)
_level = partial(_field, type=FieldType.LEVEL)
_score = partial(_field, type=FieldType.SCORE, many=True)
_effort = partial(_field, type=FieldType.EFFORT)


# The order is that of the form, and of the choices a person is offered for a column.
RISK_FIELDS: tuple[Field, ...] = (
    _text("ref", _l("riskreg reference")),
    _text(
        "external_ref",
        _l("Id in the other tool"),
        "external ref, external reference id, id, risk id, risk no, risk nr, risk number, no, "
        "nr, number, ref, ref id, risk ref, reference, code, risk code, identifier, issue "
        "key, key, internal id, identifiant, reference du risque, n, risiko id, risikonummer, "
        "lfd nr, kennung, id risque",
    ),
    _text(
        "title",
        _l("Title"),
        "risk, risk title, risk name, name, subject, summary, risk summary, headline, short "
        "description, titre, nom, nom du risque, intitule, risque, libelle, titel, "
        "bezeichnung, risiko, name des risikos, kurzbeschreibung, risikobezeichnung",
    ),
    _word(
        "kind",
        _l("Kind"),
        "risk kind, risk type, type of risk, art des risikos, type de risque, type",
    ),
    _text(
        "category",
        _l("Category"),
        "risk category, categories, category name, area, domain, categorie, categorie de "
        "risque, domaine, kategorie, risikokategorie, bereich",
    ),
    _texts(
        "cause",
        _l("Cause"),
        "risk cause, root cause, common cause, causes, vulnerability, vulnerabilities, "
        "weakness, driver, vulnerabilite, ursache, ursachen, schwachstelle, because",
    ),
    _texts(
        "event",
        _l("Event"),
        "risk event, threat, threats, threat event, evenement, evenement redoute, menace, "
        "menaces, ereignis, bedrohung, gefahrdung, threat mapping",
    ),
    _texts(
        "consequence",
        _l("Consequence"),
        "consequences, effect, effects, outcome, potential impact, impact description, risk "
        "consequence description, consequence description, leading to, folge, folgen, "
        "konsequenzen",
    ),
    _texts(
        "description",
        _l("Description"),
        "risk description, details, scenario, risk scenario, risk statement, additional "
        "notes, risk assessment, description du risque, scenario de risque, beschreibung, "
        "risikobeschreibung, szenario, risikoszenario",
    ),
    _level("current_likelihood", _l("Current likelihood")),
    _level("current_impact", _l("Current impact")),
    _score("current_score", _l("Current score, as stated")),
    _level("target_likelihood", _l("Target likelihood")),
    _level("target_impact", _l("Target impact")),
    _score("target_score", _l("Target score, as stated")),
    _level("inherent_likelihood", _l("Inherent likelihood")),
    _level("inherent_impact", _l("Inherent impact")),
    _score("inherent_score", _l("Inherent score, as stated")),
    _effort(
        "effort",
        _l("Effort, as a size or with its unit"),
        "mitigation effort, size, t shirt size, effort size, effort estimate, estimate, level "
        "of effort, cost build people days, charge, aufwand, taille, grosse",
    ),
    _effort(
        "effort_days",
        _l("Effort in person-days"),
        "effort days, effort in days, days, person days, man days, mandays, people days, "
        "effort person days, effort in person days, jours homme, charge jours, personentage, "
        "aufwand in tagen, aufwand pt, pt",
    ),
    _effort(
        "effort_weeks",
        _l("Effort in person-weeks"),
        "effort weeks, effort in weeks, weeks, person weeks, man weeks, semaines, wochen, "
        "personenwochen",
    ),
    _effort(
        "effort_hours",
        _l("Effort in hours"),
        "effort hours, effort in hours, hours, person hours, man hours, heures, stunden",
    ),
    _effort("effort_seconds", _l("Effort in seconds")),
    _text(
        "owner",
        _l("Owner"),
        "risk owner, owners, risk owners, assignee, responsible, accountable, responsible "
        "person, assigned to, proprietaire, proprietaire du risque, responsable, porteur, "
        "verantwortlich, verantwortlicher, risikoeigner, risikoeigentumer, eigentumer",
    ),
    _text(
        "team",
        _l("Team"),
        "department, business unit, organisation, organization, group, division, equipe, "
        "departement, service responsable, abteilung",
    ),
    _text(
        "system",
        _l("System"),
        "systems, asset, assets, asset id, affected assets, affected system, asset process, "
        "asset name, application, service, component, components, technology, associated "
        "assets, systeme, actif, actifs, anwendung, betroffene systeme, werte",
    ),
    _list(
        "tags",
        _l("Tags"),
        "tag, label, labels, keywords, filtering labels, etiquettes, mots cles, schlagworte, "
        "schlagworter",
    ),
    _word(
        "treatment",
        _l("Treatment"),
        "risk treatment, treatment decision, response, risk response, treatment option, "
        "planning strategy, strategy, traitement, traitement du risque, option de traitement, "
        "behandlung, risikobehandlung, massnahmenart",
    ),
    _word(
        "status",
        _l("Status"),
        "risk status, state, treatment status, statut, etat, stand, risikostatus",
    ),
    _text("close_reason", _l("Reason for closing"), "resolution"),
    _day(
        "identified_on",
        _l("Identified on"),
        "identified, date identified, raised, identification date, date raised, raised on, "
        "created, created at, created on, date opened, opened, submission date, risk "
        "assessment date, assessment date, start date, date d identification, cree le, "
        "erfasst am, erkannt am, erstellt am, datum",
    ),
    _day(
        "due_on",
        _l("Due on"),
        "due, due date, target date, deadline, eta, planned mitigation date, completion date, "
        "target completion date, echeance, date cible, date d echeance, fallig, fallig am, "
        "termin, zieldatum, frist",
    ),
    _day(
        "review_due_on",
        _l("Next review on"),
        "review due, next review, review date, next review date, review due on, prochaine "
        "revue, date de revue, nachste prufung, wiedervorlage, uberprufung am",
    ),
    _texts(
        "controls",
        _l("Existing controls"),
        "existing controls, current controls, controls in place, control, existing applied "
        "controls, current solution, existing measures, mitigation controls, mesures "
        "existantes, controles, controles existants, bestehende massnahmen, vorhandene "
        "massnahmen, kontrollen",
    ),
    _list(
        "actions",
        _l("Actions"),
        "action, action plan, mitigation, mitigations, mitigation plan, mitigation actions, "
        "treatment plan, risk treatment plan, planned actions, additional controls, applied "
        "controls, security requirements, recommended controls, recommendation, "
        "recommendations, security recommendations, response plan, mesures, mesures "
        "complementaires, plan d action, massnahmen, geplante massnahmen",
    ),
    _text(
        "cost",
        _l("Cost of the actions"),
        "costs, mitigation cost, cost of measures, cost of mitigation, cost of treatment, "
        "budget, cout, cout des mesures, kosten",
    ),
    _texts(
        "notes",
        _l("Notes"),
        "note, comment, comments, remarks, justification, commentaire, commentaires, "
        "remarques, bemerkung, bemerkungen, kommentar, kommentare, notizen",
    ),
    _list("knowers", _l("Knowledge holders"), "knowledge holders, known by, experts"),
    _list("links", _l("Links"), "link, url, urls"),
)

FIELDS_BY_NAME = {field.name: field for field in RISK_FIELDS}
# Names of ratings are taken apart instead: "inherent impact" depends on the other columns. Aliases
# come last: "ref" is somebody else's id unless riskreg wrote the file.
FIELD_BY_ALIAS = {
    field.name.replace("_", " "): field.name
    for field in RISK_FIELDS
    if field.type not in {FieldType.LEVEL, FieldType.SCORE}
} | {alias: field.name for field in RISK_FIELDS for alias in field.aliases}
