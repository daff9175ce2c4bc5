"""The trail: what was done, by whom, when, written in the same transaction."""
