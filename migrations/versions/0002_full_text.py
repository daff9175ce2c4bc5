"""The full-text index of riskreg.risks.matching.

Models know nothing of it, and riskreg.migrate leaves it out of the comparison by name. A migration
that makes the table `risk` anew on SQLite (batch_alter_table) makes the triggers anew too.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MADE = {
    "sqlite": (
        """
        CREATE VIRTUAL TABLE risk_words USING fts5(
            search_text, content='risk', content_rowid='id',
            tokenize='ascii', detail=none, columnsize=0, prefix='2 3'
        )
        """,
        """
        CREATE TRIGGER risk_words_added AFTER INSERT ON risk BEGIN
            INSERT INTO risk_words (rowid, search_text) VALUES (new.id, new.search_text);
        END
        """,
        """
        CREATE TRIGGER risk_words_removed AFTER DELETE ON risk BEGIN
            INSERT INTO risk_words (risk_words, rowid, search_text)
            VALUES ('delete', old.id, old.search_text);
        END
        """,
        """
        CREATE TRIGGER risk_words_changed AFTER UPDATE OF search_text ON risk
        WHEN old.search_text IS NOT new.search_text BEGIN
            INSERT INTO risk_words (risk_words, rowid, search_text)
            VALUES ('delete', old.id, old.search_text);
            INSERT INTO risk_words (rowid, search_text) VALUES (new.id, new.search_text);
        END
        """,
        "INSERT INTO risk_words (risk_words) VALUES ('rebuild')",
    ),
    "postgresql": (
        """
        CREATE INDEX ix_risk_words ON risk USING gin (
            array_to_tsvector(array_remove(string_to_array(search_text, ' '), ''))
        )
        """,
    ),
}
UNDONE = {
    "sqlite": (
        "DROP TRIGGER risk_words_added",
        "DROP TRIGGER risk_words_removed",
        "DROP TRIGGER risk_words_changed",
        "DROP TABLE risk_words",
    ),
    "postgresql": ("DROP INDEX ix_risk_words",),
}


def upgrade() -> None:
    """Do."""
    for statement in MADE[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Undo."""
    for statement in UNDONE[op.get_bind().dialect.name]:
        op.execute(statement)
