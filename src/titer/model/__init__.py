"""What a model is: states, parameters, signals, equations; their three readings; and joining models into a system."""

from titer.model.assemble import SignalUse, assemble, system_map
from titer.model.declare import (
    Anchor,
    Covariate,
    Dosing,
    Equations,
    Model,
    Output,
    Parameter,
    Population,
    Source,
    State,
)
from titer.model.scenario import Challenge, Check, Scenario
from titer.model.signals import Signal
from titer.model.system import System
from titer.model.threat import Threat, with_threat
from titer.model.trace import trace
from titer.model.unitcheck import check_units

__all__ = [
    "Anchor",
    "Challenge",
    "Check",
    "Covariate",
    "Dosing",
    "Equations",
    "Model",
    "Output",
    "Parameter",
    "Population",
    "Scenario",
    "Signal",
    "SignalUse",
    "Source",
    "State",
    "System",
    "Threat",
    "assemble",
    "check_units",
    "system_map",
    "trace",
    "with_threat",
]
