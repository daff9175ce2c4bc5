"""The sample register: filed once, seen as one, taken away whole."""

from sqlalchemy import func, select

from riskreg.audit.queries import entries_of
from riskreg.db import db, transaction
from riskreg.org.models import Team
from riskreg.risks.models import Assessment, Risk
from riskreg.risks.samples import file_sample
from tests.actions.factories import make_action
from tests.client import RegisterClient
from tests.factories import actor
from tests.risks.conftest import Company
from tests.risks.factories import make_risk


def numbers() -> tuple[int, int]:
    """How many risks and assessments are stored."""
    counts = [db.session.scalar(select(func.count(row.id))) or 0 for row in (Risk, Assessment)]
    return counts[0], counts[1]


def test_an_empty_register_offers_it_and_sending_twice_files_it_once(
    client: RegisterClient, company: Company
) -> None:
    client.sign_in(company.engineer)
    assert 'action="/risks/sample"' in client.get("/risks").text
    for _ in range(2):
        assert client.post("/risks/sample").status_code == 303
    page = client.get("/risks").text
    assert numbers()[0] == 8
    assert "8 open risks" in page
    assert "Remove the sample" in page
    assert "Needs effort" in client.get("/risks/top").text


def test_it_goes_with_everything_and_leaves_what_is_real(
    client: RegisterClient, company: Company
) -> None:
    real = make_risk(company.team, 2, 2, title="A real one")
    before = numbers()
    client.sign_in(company.engineer)
    client.post("/risks/sample")
    sample = db.session.scalars(select(Risk).where(Risk.id != real.id)).first()
    assert sample is not None
    number = sample.id
    page = client.post("/risks/sample/removal", follow_redirects=True).text
    assert "8 sample risks are gone." in page
    assert "A real one" in page
    assert "Remove the sample" not in page
    assert numbers() == before
    assert next(entry.action for entry in entries_of("risk", number)) == "risk.remove-sample"
    client.post("/risks/sample")
    assert (db.session.scalar(select(func.min(Risk.id)).where(Risk.id > real.id)) or 0) > number


def test_a_linked_one_stays_and_so_do_all(client: RegisterClient, company: Company) -> None:
    with transaction():
        team = db.session.get_one(Team, company.team.id)
        first = file_sample(actor(company.engineer), team)[0]
        number = first.id
    make_action(company.team, company.engineer, risk_id=number)
    refused = client.sign_in(company.engineer).post("/risks/sample/removal")
    assert refused.status_code == 409
    assert f"R-{number}" in refused.text
    assert numbers()[0] == 8


def test_others_neither_file_nor_remove_it(client: RegisterClient, company: Company) -> None:
    client.sign_in(company.engineer).post("/risks/sample")
    assert client.sign_in(company.viewer).post("/risks/sample").status_code == 403
    assert client.post("/risks/sample/removal").status_code == 403
    client.sign_in(company.stranger).post("/risks/sample/removal")
    assert numbers()[0] == 8
