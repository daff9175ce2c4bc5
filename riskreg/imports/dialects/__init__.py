"""One file = one known tool: how its files are recognised and what its words mean."""
