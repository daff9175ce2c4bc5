"""Home: its figures, its sentences, what it asks of whom."""
