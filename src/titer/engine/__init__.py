"""The engine: a system → C source → machine code → trajectories of an ensemble."""

from titer.engine.ensemble import (
    FAILURES,
    FINISHED,
    NOT_FINITE,
    RUNNING,
    STATUS_NAMES,
    STEP_TOO_SMALL,
    STOPPED,
    TOO_MANY_STEPS,
    Ensemble,
    Watch,
)
from titer.engine.events import BOLUS, RATE, RESET, SET, Events, bolus, infusion, make_events, merge, no_events
from titer.engine.kernel import Kernel, compile_kernel

__all__ = [
    "BOLUS",
    "FAILURES",
    "FINISHED",
    "NOT_FINITE",
    "RATE",
    "RESET",
    "RUNNING",
    "SET",
    "STATUS_NAMES",
    "STEP_TOO_SMALL",
    "STOPPED",
    "TOO_MANY_STEPS",
    "Ensemble",
    "Events",
    "Kernel",
    "Watch",
    "bolus",
    "compile_kernel",
    "infusion",
    "make_events",
    "merge",
    "no_events",
]
