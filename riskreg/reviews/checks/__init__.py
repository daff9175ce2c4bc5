"""One file, one automatic check: what riskreg sees of a statement (docs/developers/checks.md)."""
