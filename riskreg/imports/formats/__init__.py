"""One file = one format: bytes in, sheets of cells out. See docs/developers/imports.md."""
