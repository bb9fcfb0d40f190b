"""What a signal is: a named quantity of the body through which models meet."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Signal:
    """A quantity of the body with a unit and the value it has at rest, when no model provides it."""

    name: str
    unit: str
    rest: float
    meaning: str
