"""The matrix a new installation starts with: 5 by 5, every level anchored for both kinds."""

from __future__ import annotations

from riskreg.metrics.matrix import Band, Level, Matrix

# The bands follow yearly exposure: Medium from 2.5 person-days, High from 25, Critical from 400.
DEFAULT_MATRIX = Matrix(
    likelihoods=(
        Level(
            position=1,
            label="Rare",
            security="Takes an attacker with unusual skill, money and patience, and several "
            "controls failing together. No case is known of anyone like us.",
            operational="Needs several independent failures at the same moment. About once "
            "in fifty years.",
            midpoint=20,
        ),
        Level(
            position=2,
            label="Unlikely",
            security="A skilled attacker could do it with preparation. It has happened in our "
            "field, not to us.",
            operational="Needs two things to go wrong together. Others with a similar design "
            "have seen it. About once in ten years.",
            midpoint=100,
        ),
        Level(
            position=3,
            label="Possible",
            security="The method is known, we have the weakness, and somebody has a reason to "
            "use it.",
            operational="One failure or one mistake is enough, or we have come close already. "
            "About once in three years.",
            midpoint=300,
        ),
        Level(
            position=4,
            label="Likely",
            security="Ready-made tools exist, and we or our direct peers see attempts that "
            "would succeed.",
            operational="It has happened to us, and what allowed it is still there. About once "
            "a year.",
            midpoint=1000,
        ),
        Level(
            position=5,
            label="Almost certain",
            security="Attempts that would succeed are under way, or the hole is open to anyone "
            "who looks.",
            operational="It keeps happening, or a date is known on which it will. Several times "
            "a year.",
            midpoint=4000,
        ),
    ),
    impacts=(
        Level(
            position=1,
            label="Negligible",
            security="Nothing confidential is exposed; one account or machine is cleaned up "
            "within the day.",
            operational="Customers do not notice. A day's work for one person.",
            midpoint=1,
        ),
        Level(
            position=2,
            label="Minor",
            security="Internal information is exposed, or a few accounts are misused; contained "
            "by one team.",
            operational="Some customers see errors or slowness for minutes. A week's work for "
            "one person.",
            midpoint=5,
        ),
        Level(
            position=3,
            label="Moderate",
            security="Personal or customer data of a few is exposed or altered; they have to be "
            "told.",
            operational="A main function is down for an hour, or data is repaired by hand. A "
            "team loses a week.",
            midpoint=25,
        ),
        Level(
            position=4,
            label="Major",
            security="Data of many customers or a production credential is lost; regulators and "
            "customers have to be told.",
            operational="Most customers are down for hours, or some data is gone for good. "
            "Several teams lose weeks.",
            midpoint=125,
        ),
        Level(
            position=5,
            label="Severe",
            security="An attacker controls production or the crown jewels are public; our "
            "licence to operate is in question.",
            operational="Everything is down for days, or data cannot be recovered. The company "
            "works on nothing else for a quarter.",
            midpoint=625,
        ),
    ),
    bands=(
        Band(rank=1, key="low", label="Low", review_days=365),
        Band(rank=2, key="medium", label="Medium", review_days=180),
        Band(rank=3, key="high", label="High", review_days=90),
        Band(rank=4, key="critical", label="Critical", review_days=30),
    ),
    grid=(
        (1, 1, 1, 1, 2),
        (1, 1, 1, 2, 2),
        (1, 2, 2, 3, 3),
        (2, 2, 3, 3, 4),
        (2, 3, 3, 4, 4),
    ),
)
