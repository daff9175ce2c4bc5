"""Faults on purpose: python3 dev.py drill. The tests hold a short share of each."""
