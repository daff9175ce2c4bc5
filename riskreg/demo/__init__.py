"""The demo: a made-up company with two years of history, written act by act through the services."""
