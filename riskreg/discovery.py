"""Find plug-ins: one module each in a folder, one constant in each module."""

import importlib
import pkgutil
from types import ModuleType
from typing import Any

from riskreg.errors import SettingsError


def discover(package: ModuleType, constant: str) -> list[Any]:
    """The value of `constant` in every module of `package`, ordered by module name.

    Raises SettingsError with the module's name when one cannot be imported or lacks the constant,
    so that a faulty plug-in stops the start instead of being missing in silence.
    """
    found: list[Any] = []
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
        name = f"{package.__name__}.{info.name}"
        try:
            module = importlib.import_module(name)
        except ImportError as error:
            raise SettingsError(f"The plug-in {name} cannot be loaded: {error}") from error
        if not hasattr(module, constant):
            raise SettingsError(f"The plug-in {name} has no {constant}.")
        found.append(getattr(module, constant))
    return found
