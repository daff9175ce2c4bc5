"""Pages of teams, systems and people."""

from flask import Blueprint

bp = Blueprint("org", __name__)
