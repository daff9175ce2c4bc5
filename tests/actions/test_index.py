"""The list of actions: groups, filters, counts, pages, and who sees what."""

from datetime import timedelta

from lxml import html

from riskreg.actions.kinds import Priority
from riskreg.actions.services import close_action, reschedule_action
from riskreg.db import transaction
from riskreg.lib.dates import now, today
from tests.actions.factories import make_action
from tests.actions.pages import count_statements, make_cast, stored, text_of
from tests.client import RegisterClient
from tests.factories import actor, make_person, make_team


def test_shows_what_is_overdue_first(client: RegisterClient) -> None:
    cast = make_cast()
    long_ago = now() - timedelta(days=40)
    make_action(cast.team, cast.owner, title="Late", priority=Priority.P0, committed_at=long_ago)
    make_action(cast.team, cast.owner, title="Soon", due_on=today())
    page = client.sign_in(cast.owner).get("/actions").text
    assert page.index("Late") < page.index("Soon") < page.index("Watch the certificates")
    assert "3 actions" in page


def test_a_stranger_sees_nothing(client: RegisterClient) -> None:
    cast = make_cast()
    page = client.sign_in(cast.stranger).get("/actions?q=certificates").text
    assert "Watch the certificates" not in page


def test_mine_are_those_of_every_team(client: RegisterClient) -> None:
    cast = make_cast()
    below = make_team("Cards", parent=cast.team)
    make_action(below, cast.owner, title="Below")
    other = make_person(cast.team)
    make_action(cast.team, other, title="Of another")
    page = client.sign_in(cast.owner).get(f"/actions?view=mine&team={cast.team.slug}").text
    assert "Below" in page
    assert "Of another" not in page


def test_the_chosen_team_narrows_the_list(client: RegisterClient) -> None:
    cast = make_cast()
    below = make_team("Cards", parent=cast.team)
    make_action(below, cast.owner, title="Below")
    page = client.sign_in(cast.owner).get(f"/actions?team={below.slug}").text
    assert "Below" in page
    assert "Watch the certificates" not in page


def test_filters_narrow_and_nonsense_is_left_out(client: RegisterClient) -> None:
    cast = make_cast()
    make_action(cast.team, cast.owner, title="Urgent", priority=Priority.P0)
    client.sign_in(cast.owner)
    for query, seen in (
        ("priority=P0", ["Urgent"]),
        ("priority=P9&owner=x&first_due_from=soon", ["Urgent", "Watch"]),
        ("q=CERTIF", ["Watch"]),
        (f"q={cast.action.ref.lower()}", ["Watch"]),
        ("q=100%25", []),
        ("origin=risk", []),
        (f"owner={cast.owner.id}&type=prevent", ["Urgent", "Watch"]),
        ("group=overdue", []),
        ("status=done", []),
        ("q=%00", ["Urgent", "Watch"]),
    ):
        page = client.get(f"/actions?{query}").text
        assert [word for word in ("Urgent", "Watch") if f">{word}" in page] == seen, query


def test_what_was_closed_lately_stands_below(client: RegisterClient) -> None:
    cast = make_cast()
    with transaction():
        close_action(actor(cast.owner), stored(cast.action), "Drilled.")
    page = client.sign_in(cast.owner).get("/actions").text
    assert "Closed in the last 30 days" in page
    assert "Drilled." in page


def test_the_share_kept_in_time_has_its_rows_behind_it(client: RegisterClient) -> None:
    cast = make_cast()
    began = now() - timedelta(days=30)
    kept = make_action(
        cast.team, cast.owner, title="Kept", committed_at=began, priority=Priority.P0
    )
    make_action(cast.team, cast.owner, title="Missed", committed_at=began, priority=Priority.P0)
    with transaction():
        close_action(actor(cast.owner), stored(kept), "Drilled.", at=began + timedelta(days=3))
    page = client.sign_in(cast.owner).get("/actions").text
    assert "50\u00a0%" in page
    assert "1 of 2 first due in 90 days" in page
    start, end = today() - timedelta(days=89), today() + timedelta(days=1)
    rows = client.get(f"/actions?status=all&first_due_from={start}&first_due_until={end}").text
    assert "Kept" in rows
    assert "Missed" in rows
    assert "Watch the certificates" not in rows


def test_a_long_list_has_pages(client: RegisterClient) -> None:
    cast = make_cast()
    for number in range(50):
        make_action(cast.team, cast.owner, title=f"Number {number:02}", due_on=today())
    client.sign_in(cast.owner)
    first, second = client.get("/actions").text, client.get("/actions?page=2").text
    assert "1 to 50 of 51" in first
    assert "51 to 51 of 51" in second
    assert "Watch the certificates" in second


def test_more_rows_ask_no_more_questions(client: RegisterClient) -> None:
    cast = make_cast()
    client.sign_in(cast.owner)
    few = count_statements(client, "/actions")
    for _ in range(20):
        make_action(cast.team, make_person(cast.team))
    assert count_statements(client, "/actions") <= few


def test_an_empty_list_says_how_to_begin(client: RegisterClient) -> None:
    page = client.sign_in(make_person(make_team())).get("/actions").text
    assert "Nothing is promised yet" in page


def test_a_viewer_is_offered_nothing_to_do(client: RegisterClient) -> None:
    cast = make_cast()
    page = client.sign_in(cast.viewer).get("/actions").text
    assert "Watch the certificates" in page
    assert "/closure" not in page
    assert "Promise an action" not in page


def test_ages_delays_and_moves_lead_to_their_rows(client: RegisterClient) -> None:
    cast = make_cast()
    long_ago = now() - timedelta(days=45)
    old = make_action(
        cast.team, cast.owner, title="Old", priority=Priority.P1, committed_at=long_ago
    )
    gone = make_action(cast.team, cast.owner, title="Gone", committed_at=long_ago)
    moved_to = today() - timedelta(days=10)
    with transaction():
        reschedule_action(actor(cast.owner), old, moved_to, "Parts late.")
        close_action(actor(cast.owner), gone, "Drilled.")
    answer = client.sign_in(cast.owner).get("/actions")
    words = text_of(answer)
    assert "Promised 1 0 1 0 0 Overdue 0 1 0 0 0" in words
    assert "One date was moved. One open action has another date than at first" in words
    tree = html.fromstring(answer.text)
    for place in ("//tr[2]/td/a", "//tr[1]/td[3]/a", "//p[contains(., 'was moved')]/a"):
        link = tree.xpath(f"//details[contains(@class, 'fold')]{place}/@href")[0]
        rows = client.get(f"/actions{link}" if link.startswith("?") else link).text
        assert ">Old<" in rows
        assert "Watch the certificates" not in rows
        assert ">Gone<" not in rows.split("Closed in the last")[0]
