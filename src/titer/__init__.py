"""Titer: the immune system, and the drugs that modulate it, in virtual patients.

`import titer` reads no other module. A public name is fetched from its home the first time it is used (PEP 562), so a
program that asks for one thing pays for that thing alone.

Example:
    >>> import titer
    >>> str(titer.parse_regimen("len 25 mg d1-21/28"))
    'lenalidomide 25 mg days 1-21 of 28'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for type checkers and editors; at run time `__getattr__` does it
    from titer.api import parse_regimen as parse_regimen
    from titer.decisions.compare import Comparison as Comparison
    from titer.decisions.compare import compare_regimens as compare_regimens
    from titer.engine import Ensemble as Ensemble
    from titer.engine import compile_kernel as compile_kernel
    from titer.errors import InputError as InputError
    from titer.errors import TiterError as TiterError
    from titer.library import load_population as load_population
    from titer.library import models as models
    from titer.model.assemble import assemble as assemble
    from titer.show.publish import publish_comparison as publish_comparison

__version__ = "0.1.0"

_HOMES = {
    "Comparison": "titer.decisions.compare",
    "Ensemble": "titer.engine",
    "InputError": "titer.errors",
    "TiterError": "titer.errors",
    "assemble": "titer.model.assemble",
    "compare_regimens": "titer.decisions.compare",
    "compile_kernel": "titer.engine",
    "load_population": "titer.library",
    "models": "titer.library",
    "parse_regimen": "titer.api",
    "publish_comparison": "titer.show.publish",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'titer' has no attribute '{name}'")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value  # the next look-up does not come here
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
