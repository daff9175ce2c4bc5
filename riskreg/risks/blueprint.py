"""The register's blueprint, which its pages are attached to."""

from flask import Blueprint

bp = Blueprint("risks", __name__)
