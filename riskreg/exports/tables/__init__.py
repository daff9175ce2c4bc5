"""What can be exported: one module, one kind of thing, in a constant TABLE."""
