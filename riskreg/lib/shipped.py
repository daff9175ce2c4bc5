"""Data files that ship with the program: checklists, templates, translations, the demo."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

# libyaml, where the package has it, reads the same ten times faster.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@lru_cache(maxsize=4)  # what every set-up reads: checklist, matrix, template
def read(path: Path) -> Any:
    """The content of a YAML file, the same each time: nobody may change it."""
    return yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # noqa: S506 - a safe loader, both
