"""Exports: every kind and format, what they hold and for whom."""
