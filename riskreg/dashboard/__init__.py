"""Home: how a team sleeps, and what needs the reader."""
