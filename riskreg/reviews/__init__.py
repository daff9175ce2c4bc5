"""Operability reviews: checklists, answers with evidence, readiness, coverage."""
