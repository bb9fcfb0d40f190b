"""Systems with known answers that only tests need; the others are in `titer.engine.textbook`."""

from __future__ import annotations

from typing import Any

from titer.engine.textbook import system_of
from titer.model.expression import Expression
from titer.model.system import System


def two_compartments() -> System:
    """Oral absorption into two compartments that exchange; per day, litres."""

    def rates(t: Expression, x: Any, p: Any) -> dict[str, Any]:
        there, back = p.q / p.v1 * x.central, p.q / p.v2 * x.peripheral
        return {
            "depot": -p.ka * x.depot,
            "central": p.ka * x.depot - p.cl / p.v1 * x.central - there + back,
            "peripheral": there - back,
        }

    return system_of(
        "pk",
        {"depot": 0.0, "central": 0.0, "peripheral": 0.0},
        {"ka": 24.0, "cl": 100.0, "q": 60.0, "v1": 50.0, "v2": 80.0},
        rates,
        outputs=lambda t, x, p: {"conc": x.central / p.v1},
    )


def transit_chain(gamma: float = 0.17) -> System:
    """Circulating cells fed by a chain of three transits with feedback (Friberg 2002), one unit at rest; per day."""

    def rates(t: Expression, x: Any, p: Any) -> dict[str, Any]:
        made = p.k * x.stem * (1.0 / x.cells) ** p.gamma * (1.0 - p.block)
        return {
            "stem": made - p.k * x.stem,
            "t1": p.k * (x.stem - x.t1),
            "t2": p.k * (x.t1 - x.t2),
            "t3": p.k * (x.t2 - x.t3),
            "cells": p.k * (x.t3 - x.cells),
        }

    return system_of(
        "chain",
        dict.fromkeys(["stem", "t1", "t2", "t3", "cells"], 1.0),
        {"k": 0.8, "gamma": gamma, "block": 0.0},
        rates,
        outputs=lambda t, x, p: {"cells": x.cells},
    )
