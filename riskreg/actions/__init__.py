"""Action items: promises with an owner and a date, wherever they come from."""
