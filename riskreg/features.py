"""The one place where a feature is plugged in."""

# Modules with tables; every one must be imported before tables refer to each other by name.
MODELS = (
    "riskreg.audit.models",
    "riskreg.org.models",
    "riskreg.jobs.models",
    "riskreg.sso.models",
    "riskreg.actions.models",
    "riskreg.risks.models",
    "riskreg.reviews.models",
    "riskreg.postmortems.models",
    "riskreg.packs.models",
    "riskreg.imports.models",
)

# Modules with a `bp` (a Flask blueprint).
BLUEPRINTS = (
    "riskreg.actions.routes",
    "riskreg.admin.routes",
    "riskreg.admin.leaving",
    "riskreg.admin.reorganising",
    "riskreg.dashboard.routes",
    "riskreg.exports.routes",
    "riskreg.imports.routes",
    "riskreg.imports.organisation.routes",
    "riskreg.web.api_docs",
    "riskreg.web.health",
    "riskreg.org.reports",
    "riskreg.web.styleguide",
    "riskreg.org.signin",
    "riskreg.org.codes",
    "riskreg.org.links",
    "riskreg.org.proofs",
    "riskreg.org.people",
    "riskreg.org.session_pages",
    "riskreg.org.token_pages",
    "riskreg.org.routes",
    "riskreg.packs.routes",
    "riskreg.postmortems.routes",
    "riskreg.postmortems.writing",
    "riskreg.web.preview",
    "riskreg.reviews.routes",
    "riskreg.risks.routes",
    "riskreg.trail.routes",
    "riskreg.search.routes",
    "riskreg.sso.routes",
    "riskreg.sso.admission",
)

# Modules with `RESOURCES`: what programs may ask for under /api/v1.
API = (
    "riskreg.org.api",
    "riskreg.risks.api",
    "riskreg.actions.api",
    "riskreg.postmortems.api",
    "riskreg.reviews.api",
)

# Modules whose import registers background tasks.
TASKS: tuple[str, ...] = (
    "riskreg.audit.tasks",
    "riskreg.admin.tasks",
    "riskreg.imports.tasks",
    "riskreg.org.tasks",
    "riskreg.packs.tasks",
)

# Modules with `add_commands(subparsers)`: the program's own commands beside those of riskreg.cli.
COMMANDS: tuple[str, ...] = (
    "riskreg.audit.commands",
    "riskreg.commands.install",
    "riskreg.commands.secrets",
    "riskreg.commands.tokens",
    "riskreg.commands.work",
    "riskreg.commands.doctor",
    "riskreg.commands.backup",
    "riskreg.demo.commands",
    "riskreg.exports.commands",
    "riskreg.imports.commands",
    "riskreg.packs.commands",
    "riskreg.risks.commands",
)
