"""Any other table: the common names and words only."""

from __future__ import annotations

from riskreg.imports.kinds import Dialect

DIALECT = Dialect(name="generic", label="", signatures=())
