"""File formats: one module, one format, in a constant FORMAT."""
