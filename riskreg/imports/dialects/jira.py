"""Jira's CSV export, with the custom fields of its risk add-ons."""

from __future__ import annotations

from riskreg.imports.kinds import Dialect

DIALECT = Dialect(
    name="jira",
    label="Jira",
    signatures=(
        frozenset({"summary", "issue key"}),
        frozenset({"summary", "issue key", "issue type", "status"}),
        frozenset({"summary", "issue id", "issue type"}),
    ),
    aliases={
        "summary": "title",
        "issue key": "external_ref",
        "issue id": "",
        "issue type": "",
        "priority": "",
        "assignee": "owner",
        "reporter": "",
        "creator": "",
        "created": "identified_on",
        "updated": "",
        "last viewed": "",
        "resolved": "",
        "due date": "due_on",
        "labels": "tags",
        "components": "system",
        "component s": "system",
        "description": "description",
        "environment": "",
        "resolution": "close_reason",
        "original estimate": "effort_seconds",
        "comment": "",
    },
)
