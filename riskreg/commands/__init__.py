"""Commands that concern the installation: init, serve, db, doctor, user."""
