"""What the words and numbers mean; the matrix itself is frozen with every snapshot."""

from typing import Any

from flask_babel import gettext as _

from riskreg.org.permissions import Actor
from riskreg.packs.kinds import Scope, Section


def collect(_actor: Actor, _scope: Scope) -> dict[str, Any]:
    """Nothing of its own: the template prints the frozen matrix."""
    return {}


SECTION = Section(key="definitions", title=lambda: _("Definitions"), collect=collect)
