"""Small pure tools every other part may use: no Flask, no database, no settings."""
