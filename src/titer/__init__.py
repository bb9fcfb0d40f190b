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
    from titer.api import check_patient as check_patient
    from titer.api import parse_regimen as parse_regimen
    from titer.api import read_trial as read_trial
    from titer.decisions.compare import Comparison as Comparison
    from titer.decisions.compare import compare_regimens as compare_regimens
    from titer.decisions.explore import Exploration as Exploration
    from titer.decisions.explore import explore as explore
    from titer.decisions.repeat import repeat_trial as repeat_trial
    from titer.decisions.scenario import ScenarioRun as ScenarioRun
    from titer.decisions.scenario import run_scenario as run_scenario
    from titer.decisions.trial import run_trial as run_trial
    from titer.engine import Ensemble as Ensemble
    from titer.engine import compile_kernel as compile_kernel
    from titer.errors import InputError as InputError
    from titer.errors import TiterError as TiterError
    from titer.interop.event_run import simulate_table as simulate_table
    from titer.interop.event_tables import read_event_table as read_event_table
    from titer.library import load_population as load_population
    from titer.library import load_protocol as load_protocol
    from titer.library import models as models
    from titer.model.assemble import assemble as assemble
    from titer.show.publish import publish_comparison as publish_comparison
    from titer.show.publish_trial import publish_trial as publish_trial

__version__ = "0.1.0"

_HOMES = {
    "Comparison": "titer.decisions.compare",
    "Ensemble": "titer.engine",
    "Exploration": "titer.decisions.explore",
    "InputError": "titer.errors",
    "ScenarioRun": "titer.decisions.scenario",
    "TiterError": "titer.errors",
    "assemble": "titer.model.assemble",
    "check_patient": "titer.api",
    "compare_regimens": "titer.decisions.compare",
    "compile_kernel": "titer.engine",
    "explore": "titer.decisions.explore",
    "load_population": "titer.library",
    "load_protocol": "titer.library",
    "models": "titer.library",
    "parse_regimen": "titer.api",
    "publish_comparison": "titer.show.publish",
    "publish_trial": "titer.show.publish_trial",
    "read_event_table": "titer.interop.event_tables",
    "read_trial": "titer.api",
    "repeat_trial": "titer.decisions.repeat",
    "run_scenario": "titer.decisions.scenario",
    "run_trial": "titer.decisions.trial",
    "simulate_table": "titer.interop.event_run",
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
