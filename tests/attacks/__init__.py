"""Known attacks on everything that takes a text, a file or an address."""
