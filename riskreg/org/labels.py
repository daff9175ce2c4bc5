"""Words for the closed sets of the organisation, as people read them."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from riskreg.metrics.reviews import Level, LevelReason
from riskreg.org.kinds import DataClass, Entrance, Hours, Role, Scope, Strength

Labels = Mapping[str, LazyString]

ROLE: Labels = {
    Role.VIEWER: _l("Viewer"),
    Role.ENGINEER: _l("Engineer"),
    Role.MANAGER: _l("Manager"),
    Role.ADMIN: _l("Administrator"),
}
ROLE_MEANING: Labels = {
    Role.VIEWER: _l("reads everything and makes packs"),
    Role.ENGINEER: _l("files risks, answers reviews, writes post-mortems, closes actions"),
    Role.MANAGER: _l("also signs reviews, pins risks and shapes the team"),
    Role.ADMIN: _l("also manages people and their roles"),
}
SECRET_OWNER: Labels = {
    "risk": _l("its owner"),
    "incident": _l("the owner of its post-mortem"),
    "operability_review": _l("whoever began it"),
}
SCOPE: Labels = {
    Scope.READ: _l("Read"),
    Scope.WRITE: _l("Read and write"),
}
SCOPE_MEANING: Labels = {
    Scope.READ: _l("lists and looks; changes nothing"),
    Scope.WRITE: _l("also files and changes, as far as you may, but manages nobody"),
}
ENTRANCE: Labels = {
    Entrance.PROVIDER: _l(
        "They sign in with the identity provider, if connecting by e-mail is switched on"
    ),
    Entrance.MAIL: _l("A mail to them with a link to choose a password, good for 72 hours"),
    Entrance.PASSWORD: _l("A password that you are shown once and pass on"),
}
HOURS: Labels = {
    Hours.ALWAYS: _l("Around the clock, every day"),
    Hours.BUSINESS: _l("Business hours"),
}
# How many people operate a system, where that is too few.
RESCUERS: Mapping[int, LazyString] = {0: _l("Nobody named"), 1: _l("One person only")}
STRENGTH: Labels = {
    Strength.HARD: _l("stops without it"),
    Strength.SOFT: _l("goes on with less"),
}
DATA_CLASS: Labels = {
    DataClass.PUBLIC: _l("Public"),
    DataClass.INTERNAL: _l("Internal"),
    DataClass.CONFIDENTIAL: _l("Confidential"),
    DataClass.RESTRICTED: _l("Restricted"),
}
LEVEL: Labels = {
    Level.BRONZE: _l("Bronze"),
    Level.SILVER: _l("Silver"),
    Level.GOLD: _l("Gold"),
}
# Completes "Gold, because …".
REASON: Labels = {
    LevelReason.SLO_GOLD: _l("it promises 99.9 % or more"),
    LevelReason.AROUND_THE_CLOCK: _l("it runs around the clock"),
    LevelReason.SENSITIVE_DATA: _l("it holds confidential or restricted data"),
    LevelReason.SLO_SILVER: _l("it promises 99 % or more"),
    LevelReason.PAGING: _l("it pages people"),
    LevelReason.PRODUCTION: _l("it runs in production"),
}
