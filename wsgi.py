"""The WSGI entry point."""

from riskreg import create_app

app = create_app()
