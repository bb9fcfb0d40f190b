"""The case rd168: lenalidomide 25 mg on days 1-21 of 28 for 6 cycles, in 14 states.

One-compartment oral lenalidomide, a Friberg chain for neutrophils and one for platelets, M-protein, and the area under
the concentration. 126 doses and 169 daily outputs per patient. Values are plausible, with log-normal spread; nothing is
concluded from them but speed and accuracy.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from titer.engine.events import BOLUS, Events, make_events
from titer.engine.textbook import system_of
from titer.model.declare import Dosing
from titer.model.expression import Expression
from titer.model.system import System

DOSE_MG, CYCLES, DAYS = 25.0, 6, 168
STATES = {
    "depot": 0.0,
    "central": 0.0,
    "auc": 0.0,
    **dict.fromkeys(["anc_stem", "anc_t1", "anc_t2", "anc_t3", "anc"], 5.0),
    **dict.fromkeys(["plt_stem", "plt_t1", "plt_t2", "plt_t3", "plt"], 200.0),
    "m_protein": 30.0,
}
PARAMETERS = {  # name → (typical value, standard deviation of the logarithm); per day, L, mg/L
    "ka": (2.6 * 24, 0.5),
    "cl": (12.0 * 24, 0.3),
    "v": (50.0, 0.25),
    "anc0": (5.0, 0.35),
    "anc_k": (4 / 4.5, 0.15),
    "anc_slope": (1.2, 0.4),
    "anc_gamma": (0.17, 0.1),
    "plt0": (200.0, 0.3),
    "plt_k": (4 / 5.5, 0.15),
    "plt_slope": (0.6, 0.4),
    "plt_gamma": (0.2, 0.1),
    "m0": (30.0, 0.4),
    "grow": (0.004, 0.3),
    "kill": (0.06, 0.4),
    "ic50": (0.2, 0.3),
}
COMPARED = ("anc", "plt", "m_protein")


def system() -> System:
    """The 14 states."""

    def chain(x: Any, p: Any, name: str, block: Expression) -> dict[str, Expression]:
        stem, t1, t2, t3 = (getattr(x, f"{name}_{part}") for part in ("stem", "t1", "t2", "t3"))
        cells, k = getattr(x, name), getattr(p, f"{name}_k")
        feedback = (getattr(p, f"{name}0") / cells) ** getattr(p, f"{name}_gamma")
        return {
            f"{name}_stem": k * stem * (1 - block) * feedback - k * stem,
            f"{name}_t1": k * (stem - t1),
            f"{name}_t2": k * (t1 - t2),
            f"{name}_t3": k * (t2 - t3),
            name: k * (t3 - cells),
        }

    def rates(t: Expression, x: Any, p: Any) -> dict[str, Expression]:
        conc = x.central / p.v
        return {
            "depot": -p.ka * x.depot,
            "central": p.ka * x.depot - p.cl / p.v * x.central,
            "auc": conc,
            **chain(x, p, "anc", p.anc_slope * conc),
            **chain(x, p, "plt", p.plt_slope * conc),
            "m_protein": p.grow * x.m_protein - p.kill * conc / (p.ic50 + conc) * x.m_protein,
        }

    starts = {f"anc{part}": "anc0" for part in ("", "_stem", "_t1", "_t2", "_t3")}
    starts |= {f"plt{part}": "plt0" for part in ("", "_stem", "_t1", "_t2", "_t3")} | {"m_protein": "m0"}
    return system_of(
        "rd",
        STATES,
        {name: value for name, (value, _) in PARAMETERS.items()},
        rates,
        outputs=lambda t, x, p: {name: getattr(x, name) for name in (*COMPARED, "central", "auc")},
        starts=starts,
        dosing=Dosing("lenalidomide", "depot"),
    )


def parameters(n_patients: int, seed: int = 1) -> np.ndarray:
    """Log-normal around the typical values. Shape (n_patients, n_parameters)."""
    normal = np.random.default_rng(seed).standard_normal((n_patients, len(PARAMETERS)))
    typical = np.array([value for value, _ in PARAMETERS.values()])
    spread = np.array([sd for _, sd in PARAMETERS.values()])
    return typical * np.exp(normal * spread)


def system_starts(row: np.ndarray) -> list[float]:
    """Start values of one patient, in the order of STATES."""
    return system().start_values(row)[0].tolist()


def output_names() -> list[str]:
    """The outputs that are compared, as the system names them."""
    return [f"rd.{name}" for name in COMPARED]


def dose_days() -> np.ndarray:
    """Days 1-21 of each cycle of 28, counted from 0. Shape (126,)."""
    return np.array([28 * cycle + day for cycle in range(CYCLES) for day in range(21)], float)


def events(n_patients: int) -> Events:
    """Every dose of every patient."""
    days = dose_days()
    patient = np.repeat(np.arange(n_patients), len(days))
    return make_events(n_patients, patient, np.tile(days, n_patients), BOLUS, list(STATES).index("depot"), DOSE_MG)


def output_days() -> np.ndarray:
    """Daily, both ends. Shape (169,)."""
    return np.arange(DAYS + 1.0)
