"""What the program stands on in its database, and what of it is missing; asked cheaply at a start.

`riskreg.migrate` compares all there is to compare, which takes a hundred times as long.
"""

from sqlalchemy import Connection, MetaData, text

# What migrations make by hand: the full-text index, with the triggers that SQLite keeps behind it.
# Models do not know it, so it is asked for by name.
BY_HAND = {
    "sqlite": {"risk_words", "risk_words_added", "risk_words_changed", "risk_words_removed"},
    "postgresql": {"ix_risk_words"},
}
NAMES = {
    "sqlite": text("SELECT name FROM sqlite_master WHERE tbl_name IN ('risk', 'risk_words')"),
    "postgresql": text("SELECT indexname FROM pg_indexes WHERE tablename = 'risk'"),
}
COLUMNS = {
    "sqlite": text(
        "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c"
        " WHERE t.type = 'table'"
    ),
    "postgresql": text(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relkind = 'r' AND c.relnamespace <> 'pg_catalog'::regnamespace"
        " AND pg_table_is_visible(c.oid) AND a.attnum > 0 AND NOT a.attisdropped"
    ),
}


def missing(connection: Connection, wanted: MetaData) -> list[str]:
    """Tables, columns and hand-made objects that are wanted and not there, in the words of SQL."""
    there: dict[str, set[str]] = {}
    for table, column in connection.execute(COLUMNS[connection.dialect.name]):
        there.setdefault(table, set()).add(column)
    tables = [table for table in wanted.tables.values() if table.name not in there]
    columns = [
        column
        for table in wanted.tables.values()
        for column in table.columns
        if column.name not in there.get(table.name, {column.name})
    ]
    return [
        *(f"no such table: {table.name}" for table in tables),
        *(f"no such column: {column.table.name}.{column.name}" for column in columns),
        *(f"no such object: {name}" for name in missing_by_hand(connection)),
    ]


def missing_by_hand(connection: Connection) -> list[str]:
    """Names that the migrations made by hand and that are gone."""
    name = connection.dialect.name
    return sorted(BY_HAND[name] - set(connection.scalars(NAMES[name])))
