"""Incidents and what was learned from them."""
