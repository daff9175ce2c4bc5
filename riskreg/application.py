"""Put the application together: composition only."""

import importlib
from itertools import chain as chain_of

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from riskreg import features, paths
from riskreg.audit import chain
from riskreg.db import db, engine_options, prepare_engine
from riskreg.org import api_keys, limits, proofs, refusals, secrecy
from riskreg.org.permissions import Permission
from riskreg.org.signin import load_actor, teams_seen
from riskreg.settings import Settings
from riskreg.web import (
    addresses,
    api,
    bodies,
    errors,
    form_tokens,
    frame,
    hosts,
    jinja,
    logs,
    retrying,
    security,
    transactions,
)
from riskreg.web.compiling import PageEnvironment
from riskreg.web.texts import Texts


def build(settings: Settings | None = None) -> Flask:
    """The Flask application for these settings (default: from the environment)."""
    settings = settings or Settings.from_env()
    app = Flask("riskreg", template_folder=str(paths.TEMPLATES), static_folder=str(paths.STATIC))
    app.jinja_environment = PageEnvironment
    logs.configure()
    _configure(app, settings)
    addresses.init_app(app)
    for module in features.MODELS:
        importlib.import_module(module)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    Texts(app, default_timezone="UTC")
    app.json.sort_keys = False  # type: ignore[attr-defined]  # fields as they are declared
    hosts.init_app(app)
    bodies.init_app(app)  # before anything reads a form
    csrf = CSRFProtect(app)
    csrf.exempt("riskreg.org.reports.create")  # browsers send it by themselves
    form_tokens.init_app(app)
    secrecy.init_app(app)  # registered first, so it runs last, after the next two
    app.after_request(transactions.settle)
    refusals.init_app(app)
    logs.init_app(app)
    retrying.init_app(app)
    transactions.init_app(app)  # before the first query, so that writing begins as writing
    app.before_request(load_actor)
    app.before_request(logs.name_person)
    errors.init_app(app)
    security.init_app(app)
    proofs.init_app(app)
    limits.init_app(app)
    frame.init_app(app, teams_seen)
    app.jinja_env.globals["Permission"] = Permission
    jinja.init_app(app)
    for module in features.BLUEPRINTS:
        app.register_blueprint(importlib.import_module(module).bp)
    resources = [importlib.import_module(module).RESOURCES for module in features.API]
    api.init_app(app, csrf, list(chain_of(*resources)), api_keys)
    for module in features.TASKS:
        importlib.import_module(module)
    security.refuse_undeclared(app)
    chain.attach()  # last: nothing is locked after the trail
    return app


def _configure(app: Flask, settings: Settings) -> None:
    url, options = engine_options(settings)
    megabyte = 1024 * 1024
    is_secure = settings.base_url.startswith("https://")
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=url,
        SQLALCHEMY_ENGINE_OPTIONS=options,
        TESTING=settings.testing,
        DEBUG=settings.debug,
        MAX_CONTENT_LENGTH=(settings.upload_megabytes + 2) * megabyte,
        MAX_FORM_MEMORY_SIZE=bodies.FORM_BYTES_MAX,
        MAX_FORM_PARTS=bodies.PARTS_MAX,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        WTF_CSRF_ENABLED=not settings.testing,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # asks for a Referer, which our pages tell browsers not to send
        SESSION_COOKIE_NAME="__Host-riskreg-form" if is_secure else "riskreg-form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=is_secure,
    )
    if settings.trusted_proxies:
        from werkzeug.middleware.proxy_fix import ProxyFix  # noqa: PLC0415 - only behind a proxy

        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
