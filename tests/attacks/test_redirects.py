"""Nobody is led to another site by riskreg."""

import pytest
from flask import Flask

from riskreg.org.cookies import onward as onward_of_sign_in
from riskreg.web.onward import onward
from tests.actions.factories import make_action
from tests.client import RegisterClient
from tests.corpora import cases
from tests.factories import make_person, make_team

OURS = ("/", "/me", "/risks?q=a%2Fb&x=//y", "/risks/R-1#x", "/search?q=https://example.org/")


@pytest.mark.asvs("v5.0.0-3.7.2")
def test_no_address_of_another_site_is_led_on_to(app: Flask) -> None:
    corpus = cases("redirects")
    assert len(corpus) >= 100
    for wanted in corpus:
        with app.test_request_context(method="POST", data={"next": wanted}):
            assert (onward("/home"), onward_of_sign_in()) == ("/home", "/"), repr(wanted)
        with app.test_request_context(query_string={"next": wanted}):
            assert onward_of_sign_in() == "/", repr(wanted)


@pytest.mark.parametrize("wanted", OURS)
def test_our_own_pages_are(app: Flask, wanted: str) -> None:
    with app.test_request_context(method="POST", data={"next": wanted}):
        assert onward("/home") == onward_of_sign_in() == wanted


def test_the_answers_themselves_stay_here(client: RegisterClient) -> None:
    team = make_team()
    person = make_person(team)
    client.sign_in(person)
    for number, wanted in enumerate(cases("redirects")[:4]):
        ref = make_action(team, person, title=f"One of {number}").ref
        sent = {"next": wanted, "evidence": "Drilled."}
        answer = client.post(f"/actions/{ref}/closure", data=sent)
        assert (answer.status_code, answer.location) == (303, f"/actions/{ref}")
        page = client.get("/me/proof", query_string={"next": wanted})
        assert '<input type="hidden" name="next" value="/">' in page.text
