"""The demo: a made-up company with two years of history, told through the services."""
