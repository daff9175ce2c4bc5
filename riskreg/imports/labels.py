"""Words of the import pages for closed sets."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from riskreg.imports.days import DayOrder
from riskreg.imports.mapping import Why
from riskreg.imports.outcome import Act

Labels = Mapping[str, LazyString]

WHY: Labels = {
    Why.TOOL: _l("the tool's own name"),
    Why.NAME: _l("its name"),
    Why.RATING: _l("its name"),
    Why.POSITION: _l("its place"),
    Why.SIMILAR: _l("a similar name"),
    Why.VALUES: _l("its values"),
    Why.PERSON: _l("you said so"),
    Why.NOTHING: _l("no field fits"),
}
ACT: Labels = {
    Act.CREATED: _l("New"),
    Act.UPDATED: _l("Changed"),
    Act.UNCHANGED: _l("Unchanged"),
}
DATE_ORDER: Labels = {
    DayOrder.DMY: _l("Day first: 31/3/2026"),
    DayOrder.MDY: _l("Month first: 3/31/2026"),
}
DECIMAL: Labels = {".": _l("Point: 1.5"), ",": _l("Comma: 1,5")}
SIDE: Labels = {"likelihood": _l("Likelihood"), "impact": _l("Impact")}
