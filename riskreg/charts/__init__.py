"""Charts: values in, SVG text out; the same functions for pages and packs."""
