"""Packs: PDFs made from a frozen snapshot."""
