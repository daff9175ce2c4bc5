"""Reading registers from files."""
