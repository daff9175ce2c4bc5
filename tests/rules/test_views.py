"""Every view declares its permission, the addresses are as committed, and no GET writes."""

from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from riskreg.errors import SettingsError
from riskreg.org.permissions import Permission
from riskreg.web.security import ATTRIBUTE, PUBLIC, refuse_undeclared

ADDRESSES = Path(__file__).with_name("addresses.txt")
# Nobody needs to be signed in for these, and each has its reason.
PUBLIC_VIEWS = {
    "api_docs.openapi",  # what the program can do, nothing of what is in it
    "health.alive",  # for a load balancer
    "health.ready",  # for a load balancer
    "reports.create",  # browsers send it by themselves
    "codes.create",  # after the password, before there is a session
    "codes.new",
    "links.create",  # whoever lost their password
    "links.new",
    "links.show",  # whoever was mailed a link
    "links.use",
    "signin.new",
    "signin.create",
    "signin.demo",  # answers in the demo only
    "signin.setup",  # with the one-time code, while nobody exists
    "signin.theme",  # a cookie of the visitor's own
    "sso.create",  # back from the identity provider
    "sso.new",
    "styleguide.index",  # answers in the demo and in development only
}


def rules(app: Flask) -> list[Rule]:
    """All addresses but those of static files."""
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_view_declares_a_permission_that_exists(built_app: Flask) -> None:
    for rule in rules(built_app):
        declared = getattr(built_app.view_functions[rule.endpoint], ATTRIBUTE, None)
        assert declared in set(Permission), f"{rule.endpoint} declares {declared}"


def test_only_these_views_are_public(built_app: Flask) -> None:
    found = {
        rule.endpoint
        for rule in rules(built_app)
        if getattr(built_app.view_functions[rule.endpoint], ATTRIBUTE) == PUBLIC
    }
    assert found == PUBLIC_VIEWS


def test_a_view_without_a_permission_stops_the_start() -> None:
    app = Flask("bare")
    app.add_url_rule("/", "bare", lambda: "")
    with pytest.raises(SettingsError, match="bare"):
        refuse_undeclared(app)


def test_the_addresses_are_as_committed(built_app: Flask) -> None:
    lines = sorted(
        f"{method} {rule.rule} {rule.endpoint}"
        for rule in rules(built_app)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    )
    assert lines == ADDRESSES.read_text().splitlines(), (
        "The addresses changed. If that is meant, commit the new list, which is:\n"
        + "\n".join(lines)
    )
