"""What keeps a risk out of the ten, in a sentence that pages and packs share."""

from flask_babel import gettext as _

from riskreg.metrics.matrix import Matrix
from riskreg.metrics.ranking import Place, Standing, WhyNot
from riskreg.risks.labels import WHY_NOT
from riskreg.risks.tops import TopTen
from riskreg.risks.words import amount, band_label, rate


def why_not_words(place: Place, found: TopTen, matrix: Matrix) -> str:
    """The reason with the risk's own figure and that of the last that is in by merit."""
    if place.why_not is None:
        return ""
    last = next((one.item for one in reversed(found.top.places) if not one.pin_reason), None)
    told = _compared(place.why_not, place.item, last, matrix) if last else ""
    return told or str(WHY_NOT[place.why_not])


def _compared(why: WhyNot, item: Standing, last: Standing, matrix: Matrix) -> str:
    """The sentence with both figures; empty for a reason that has none."""
    if why is WhyNot.LOWER_BAND:
        mine, theirs = (band_label(matrix, each.band_rank) for each in (item, last))
        return str(_("%(mine)s; the last of the ten is %(theirs)s", mine=mine, theirs=theirs))
    if why is WhyNot.LOWER_VALUE:
        mine, theirs = rate(item.value_rate), rate(last.value_rate)
        return str(
            _("Value %(mine)s; the last of the ten has %(theirs)s", mine=mine, theirs=theirs)
        )
    if why is WhyNot.LOWER_EXPOSURE:
        mine, theirs = amount(item.exposure_milli), amount(last.exposure_milli)
        words = _(
            "Same value, exposure %(mine)s; the last of the ten has %(theirs)s",
            mine=mine,
            theirs=theirs,
        )
        return str(words)
    return ""
