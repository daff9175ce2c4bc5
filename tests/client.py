"""A test client that checks every page it is given."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from riskreg.db import db, transaction
from riskreg.org import sessions
from riskreg.org.models import Person
from tests.pages import check_page


class RegisterClient(FlaskClient):
    """Signs in as a person and refuses badly built pages."""

    def sign_in(self, person: Person) -> "RegisterClient":
        """Act as this person from now on."""
        settings = self.application.config["SETTINGS"]
        with transaction():
            token = sessions.begin_session(
                db.session.get_one(Person, person.id),
                settings=settings,
                device="test",
                address="127.0.0.1",
            )
        self.set_cookie("riskreg-http", token)
        return self

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request; checks the page that comes back.

        The session is emptied first and after, so that a test looks at what was really committed.
        """
        db.session.rollback()
        with self.application.app_context():  # what one request keeps, the next must not see
            response: TestResponse = super().open(*args, **kwargs)
        db.session.rollback()
        db.session.expire_all()
        if response.mimetype == "text/html" and response.status_code not in {
            301,
            302,
            303,
            304,
            308,
        }:
            check_page(response)
        return response
