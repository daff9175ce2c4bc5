"""Confidential risks: the pages that say who reads one, and that open one in an emergency."""

from riskreg.org.confidential import RISK
from riskreg.org.secrecy import Feature, add_secrecy
from riskreg.risks.blueprint import bp
from riskreg.risks.models import Risk
from riskreg.risks.queries import risk_for

add_secrecy(
    bp, Feature(kind=RISK, model=Risk, find=risk_for, folder="/risks", head="risks/_head.html")
)
