"""Ask the API what its document allows, and what it does not; every answer has to conform."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.generation.case import Case
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from riskreg.db import db
from riskreg.risks.models import Risk

DOCUMENT = "/api/v1/openapi.json"
# Every request has the token: what is asked without one is tested by itself.
CONFIG = SchemathesisConfig.from_dict({"generation": {"with-security-parameters": False}})
# What a document cannot say is there: without it every write would be about nobody's team.
KNOWN: dict[str, Any] = {"team": "payments", "system": None, "owner": None, "knowers": []}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    negative_data_rejection,
    unsupported_method,
]


@dataclass(kw_only=True)
class Answers:
    """How each operation answered, and what did not conform."""

    statuses: dict[str, list[int]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Whom to ask, with which token, and about what: `refs` names one thing of each resource."""

    app: Flask
    words: str
    refs: Mapping[str, str]
    known: Mapping[str, Any] = field(default_factory=lambda: KNOWN)

    def document(self) -> dict[str, Any]:
        """What the API says of itself."""
        with self.app.app_context():
            told: dict[str, Any] = self.app.test_client().get(DOCUMENT).get_json()
        return told

    def ask_all(self, document: dict[str, Any], *, examples: int) -> Answers:
        """Ask each operation so often for what it allows, and for what it does not."""
        schema: Any = schemathesis.openapi.from_dict(document, config=CONFIG)
        schema.app = self.app
        answers = Answers()
        for found in schema.get_all_operations():
            operation = found.ok()
            answers.statuses[operation.label] = []
            for mode in GenerationMode:
                self._ask(operation, mode, examples, answers)
        return answers

    def _ask(self, operation: Any, mode: GenerationMode, examples: int, answers: Answers) -> None:
        """What has nothing but a name is asked for by any name, instead of what it forbids."""
        names = re.findall(r"\{(\w+)\}", operation.path)
        ref = self.refs.get(operation.path.split("/")[3], "")
        place: dict[str, Any] | None = dict.fromkeys(names, ref) or None
        if mode is GenerationMode.NEGATIVE and names and operation.method == "get":
            mode, place = GenerationMode.POSITIVE, None

        @hypothesis_settings(
            max_examples=examples,
            phases=[Phase.generate],
            database=None,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode, path_parameters=place))
        def ask(case: Case[Any]) -> None:
            if mode is GenerationMode.POSITIVE and isinstance(case.body, dict):
                case.body |= {name: it for name, it in self.known.items() if name in case.body}
                case.headers.update({"If-Match": _version_of(ref)} if names else {})
            with self.app.app_context():
                answer = case.call(headers={"Authorization": f"Bearer {self.words}"})
            db.session.rollback()
            answers.statuses[operation.label].append(answer.status_code)
            try:
                case.validate_response(answer, checks=CHECKS)
            except FailureGroup as fault:
                answers.faults.append(f"{operation.label}: {fault}")

        ask()


def _version_of(ref: str) -> str:
    db.session.expire_all()
    return f'"{db.session.get_one(Risk, int(ref.split("-")[1])).version}"'
