"""Words for the closed sets of the organisation, as people read them."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from riskreg.org.kinds import DataClass, Hours, Role

ROLE: dict[Role, LazyString] = {
    Role.VIEWER: _l("Viewer"),
    Role.ENGINEER: _l("Engineer"),
    Role.MANAGER: _l("Manager"),
    Role.ADMIN: _l("Administrator"),
}
ROLE_MEANING: dict[Role, LazyString] = {
    Role.VIEWER: _l("reads everything and makes packs"),
    Role.ENGINEER: _l("files risks, answers reviews, writes post-mortems, closes actions"),
    Role.MANAGER: _l("also signs reviews, pins risks and shapes the team"),
    Role.ADMIN: _l("also manages people and their roles"),
}
HOURS: dict[Hours, LazyString] = {
    Hours.ALWAYS: _l("Around the clock, every day"),
    Hours.BUSINESS: _l("Business hours"),
}
DATA_CLASS: dict[DataClass, LazyString] = {
    DataClass.PUBLIC: _l("Public"),
    DataClass.INTERNAL: _l("Internal"),
    DataClass.CONFIDENTIAL: _l("Confidential"),
    DataClass.RESTRICTED: _l("Restricted"),
}
