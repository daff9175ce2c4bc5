"""The content every installation starts with: the matrix and the checklist."""

from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.reviews.services import install_checklist
from riskreg.risks.services import install_matrix


def install_defaults() -> None:
    """Put in what is missing; safe to repeat, and never changes what was edited."""
    install_matrix(SYSTEM_ACTOR)
    install_checklist(SYSTEM_ACTOR)
