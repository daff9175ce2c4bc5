"""The trail as pages: who did what, when, and what it changed."""
