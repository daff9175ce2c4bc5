"""The texts of the demo company, read once for the tests of them."""

from pathlib import Path
from typing import Any

import yaml

import riskreg.reviews
from riskreg.demo.content import load, load_all

Entry = dict[str, Any]
TWO_YEARS = 730

COMPANY = load("company.yaml")
TEAMS = {team["slug"]: team for team in COMPANY["teams"]}
PEOPLE = {person["key"]: person for person in COMPANY["people"]}
SYSTEMS = {system["key"]: system for system in COMPANY["systems"]}
RISKS = {risk["key"]: risk for risk in load_all("risks", "risks")}
INCIDENTS = {incident["key"]: incident for incident in load_all("incidents", "incidents")}
REVIEWS = {review["key"]: review for review in load("reviews.yaml")["reviews"]}
CHECKLIST = yaml.safe_load(
    (Path(riskreg.reviews.__file__).with_name("content") / "operability.yaml").read_text("utf-8")
)
STATEMENTS = {each["id"]: each for area in CHECKLIST["areas"] for each in area["statements"]}
ACTIONS: list[tuple[Entry, Entry]] = [
    (origin, action)
    for origins in (RISKS, INCIDENTS, REVIEWS)
    for origin in origins.values()
    for action in origin.get("actions", [])
]
CLOSED = [risk for risk in RISKS.values() if risk.get("closed")]
OPEN = [risk for risk in RISKS.values() if not risk.get("closed")]
