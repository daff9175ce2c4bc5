"""The demo's operability reviews."""

from collections.abc import Mapping

from riskreg.demo.chronicle import Chronicle
from riskreg.demo.company import Company
from riskreg.risks.models import Risk


def tell_reviews(chronicle: Chronicle, company: Company, risks: Mapping[str, Risk]) -> None:
    """Add the acts of every review."""
