"""A small organisation with everything that is hard to print: rows of one line and of six."""

from datetime import timedelta

from riskreg.db import db, transaction
from riskreg.lib.dates import clock_at, now
from riskreg.metrics.matrix import Rating
from riskreg.org.kinds import Role
from riskreg.org.models import Person, Team
from riskreg.postmortems.services import save_section
from riskreg.reviews.kinds import AnswerValue
from riskreg.reviews.models import Review
from riskreg.reviews.services import submit_review
from tests.actions.factories import make_action
from tests.factories import actor, make_person, make_system, make_team
from tests.postmortems.factories import make_incident, make_postmortem
from tests.reviews.factories import make_answer, make_review
from tests.risks.factories import make_risk

LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitaen" * 4
LONG_TITLE = "A title of two hundred characters " * 5 + "which goes on to its end."
MARKUP = "<script>alert(1)</script> & <b>bold</b>"
IMAGES = """
![remote](http://127.0.0.1:{port}/a.png) ![file](file:///etc/hostname) ![near](secret.png)

[inside](/risks/R-1) [anchor](#nowhere) [outside](https://example.org/)
"""
HARD_TEXT = f"""
# A heading of the writer

| Step | {"column " * 6} | What happened | Who | When | Why | How |
|---|---|---|---|---|---|---|
| 1 | {LONG_WORD} | The queue grew | Ada | 10:00 | unknown | by hand |
| 2 | `{"x" * 90}` | It grew on | Bob | 10:05 | unknown | by hand |

```
{"curl --silent https://example.org/a/very/long/address?with=many&values=indeed " * 3}
```

- [x] done
- [ ] not done

> {LONG_WORD}
"""


def tell(port: int) -> Team:
    """Fill an empty database; pictures on the web would come from this port. Returns the root."""
    root = make_team("Example works")
    payments, ledger = make_team("Payments", parent=root), make_team("Ledger", parent=root)
    boss = make_person(root, Role.ADMIN, name="Ada Lovelace")
    with clock_at(now() - timedelta(days=200)):
        _risks(payments, boss)
    _odd_risks(ledger, boss)
    _promises(payments, boss)
    _review(payments, boss)
    _incident(ledger, boss, port)
    return root


def _risks(team: Team, boss: Person) -> None:
    for number in range(45):
        known = number % 9 != 8
        make_risk(
            team,
            number % 5 + 1,
            number * 7 % 5 + 1,
            title=f"Scenario {number} of the payments team "
            + "is told in many words " * (number % 7),
            kind=("security", "operational", "both")[number % 3],
            target=Rating(likelihood=1, impact=number * 7 % 5 + 1),
            effort_days=number % 40 + 1 if known else None,
            owner=boss if number % 2 else None,
            by=boss,
        )


def _odd_risks(team: Team, boss: Person) -> None:
    make_risk(team, 5, 5, title=LONG_TITLE, effort_days=3, by=boss)
    make_risk(team, 5, 5, title=LONG_WORD, effort_days=4, by=boss)
    make_risk(team, 4, 4, title=MARKUP, description=HARD_TEXT, effort_days=9, by=boss)
    make_risk(team, title="Nobody has rated this one", by=boss)


def _promises(team: Team, boss: Person) -> None:
    with clock_at(now() - timedelta(days=90)):
        for number in range(12):
            make_action(team, boss, title=f"Promise {number} that was not kept", priority="P2")


def _review(team: Team, boss: Person) -> None:
    system = make_system(team, name="Card gateway", tier=1)
    make_system(team, name="Never looked at")
    review = make_review(system, boss, own_1="met", own_2="not_met")
    make_answer(review, boss, "tel-1", AnswerValue.MET)
    with transaction():
        submit_review(actor(boss), db.session.get_one(Review, review.id))
    make_review(make_system(team, name="Only begun"), boss, own_1="met")


def _incident(team: Team, boss: Person, port: int) -> None:
    incident = make_incident(team, boss, title="Payments were taken twice", severity=1)
    postmortem = make_postmortem(incident, boss)
    with transaction():
        row = db.session.get_one(type(postmortem), postmortem.id)
        save_section(actor(boss), row, "summary", HARD_TEXT)
        save_section(actor(boss), row, "customer_effect", IMAGES.format(port=port))
