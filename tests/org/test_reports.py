"""Reports of what browsers refused: logged in short, seldom enough, and never an error."""

import json

import pytest
from flask import Flask
from structlog.testing import capture_logs

from riskreg.org import limits, reports
from riskreg.org.limits import RULES, Limit
from tests.attacks.strangers import statements
from tests.client import RegisterClient

NEW = {
    "type": "csp-violation",
    "body": {
        "documentURL": "https://risks.example.org/search?q=salaries#top",
        "effectiveDirective": "script-src-elem",
        "blockedURL": "https://evil.example/x.js?token=1",
        "sourceFile": "https://risks.example.org/search?q=salaries",
        "lineNumber": 7,
        "sample": "alert(document.cookie)",
    },
}
OLD = {
    "csp-report": {
        "document-uri": "https://risks.example.org/risks",
        "violated-directive": "img-src",
        "blocked-uri": "https://evil.example/pixel.gif",
    }
}


@pytest.fixture(autouse=True)
def _nothing_lately() -> None:
    limits._ahead.clear()


@pytest.mark.parametrize("sent", [[NEW], OLD])
def test_a_report_is_logged_without_what_was_asked_for(
    client: RegisterClient, sent: object
) -> None:
    with capture_logs() as logs:
        assert client.post("/csp-reports", data=json.dumps(sent)).status_code == 204
    (line,) = logs
    assert line["event"] == "csp_report"
    assert line["directive"] in {"script-src-elem", "img-src"}
    assert line["blocked"].startswith("https://evil.example/")
    assert not {"salaries", "token", "cookie"} & set(json.dumps(line).replace("=", " ").split())
    assert "?" not in json.dumps(line)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"7", b"[1, null, []]", b'{"csp-report": 3}', b"[" * 9_000, b"\xff\xfe"],
)
def test_what_is_no_report_is_no_error(client: RegisterClient, body: bytes) -> None:
    with capture_logs() as logs:
        assert client.post("/csp-reports", data=body).status_code == 204
    assert logs == []


def test_a_large_one_is_not_read(client: RegisterClient) -> None:
    large = json.dumps([NEW, {"type": "x" * reports.BYTES_MAX}])
    with capture_logs() as logs:
        assert client.post("/csp-reports", data=large).status_code == 204
    assert logs == []


def test_a_flood_is_logged_in_part(client: RegisterClient) -> None:
    with capture_logs() as logs:
        for _ in range(4):
            client.post("/csp-reports", data=json.dumps([OLD] * 20))
    assert len(logs) == RULES[Limit.REPORT].times


def test_processes_count_together_and_a_flood_costs_no_statement(client: RegisterClient) -> None:
    with capture_logs() as logs:
        for _process in range(2):
            client.post("/csp-reports", data=json.dumps([OLD] * 40))
            limits._ahead.clear()
        client.post("/csp-reports", data=json.dumps([OLD]))
        with statements() as asked:
            client.post("/csp-reports", data=json.dumps([OLD] * 40))
    assert len(logs) == RULES[Limit.REPORT].times
    assert not [each for each in asked if "use_count" in each]


def test_pages_say_where_to_report(client: RegisterClient) -> None:
    headers = client.get("/sign-in").headers
    assert headers["Reporting-Endpoints"] == 'csp="/csp-reports"'
    assert headers["Content-Security-Policy"].endswith("report-uri /csp-reports; report-to csp")


def test_no_token_is_asked_of_a_browser(app: Flask, client: RegisterClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        assert client.post("/csp-reports", data=json.dumps(OLD)).status_code == 204
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
