"""Slope and power of the platelet effect, from the nadirs of Srimani's own platelet model.

Srimani's effect is linear in the amount of lenalidomide (K-PD, ke 0.0483 /h): nadirs of 0.745, 0.83 and 0.88 of
baseline at 25, 15 and 10 mg on days 1-21. Here the effect follows the loss of Ikaros, which saturates, so a power is
needed: with a power of 1 the three doses would come out at 0.80, 0.82 and 0.83.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from titer.engine import BOLUS, Ensemble, compile_kernel, make_events
from titer.evidence.calibration.fitting import Free, Numbers, Target, changed_models, fit, report
from titer.library import models
from titer.library.signals import SIGNALS
from titer.model import assemble

MEMBERS = ("lenalidomide", "ikaros", "platelets")
DOSES = (25.0, 15.0, 10.0)  # mg, days 1-21
DAYS = 42.0
FREE = (Free("platelets.slope", 0.06, 3.0), Free("platelets.power", 4.0, 3.0))


def published_nadir(dose: float, *, days: float = DAYS, step_h: float = 0.25) -> float:
    """Lowest platelet count over baseline in Srimani's model (Euler, quarter hours; 0.001 from the limit)."""
    k, k_in, ke, slope = 0.0408, 0.0404, 0.0483, 0.0134
    precursors, first, second, blood = k_in / k, k_in / k, k_in / k, 1.0
    amount, lowest = 0.0, 1.0
    for i in range(int(days * 24 / step_h)):
        hour = i * step_h
        if hour % 24 == 0 and hour < 21 * 24:
            amount += dose
        effect = slope * ke * amount
        changes = (
            k_in - (k + effect) * precursors,
            k * (precursors - first),
            k * (first - second),
            k * second - k_in * blood,
        )
        precursors, first, second, blood = (
            value + step_h * change for value, change in zip((precursors, first, second, blood), changes, strict=True)
        )
        amount -= step_h * ke * amount
        lowest = min(lowest, blood)
    return lowest


def predict(numbers: Numbers) -> Mapping[tuple[str, str], float]:
    """Nadirs of the typical patient at the three doses."""
    system = assemble(changed_models([models()[key] for key in MEMBERS], numbers), SIGNALS, units=False)
    ensemble = Ensemble(compile_kernel(system), np.tile(system.typical(), (len(DOSES), 1)))
    days = np.tile(np.arange(21.0), len(DOSES))
    who = np.repeat(np.arange(len(DOSES)), 21)
    place = system.state_index(system.doses["lenalidomide"].state)
    events = make_events(len(DOSES), who, days, BOLUS, place, np.repeat(DOSES, 21))
    values = ensemble.advance(DAYS, events, times=np.arange(0.0, DAYS, 0.25))
    counts = values[:, :, system.output_names.index("platelets")]
    nadirs = counts.min(axis=1) / counts[:, 0]
    return {(f"{dose:g} mg", "nadir"): float(nadir) for dose, nadir in zip(DOSES, nadirs, strict=True)}


def main() -> None:
    """Fit, print, write."""
    targets = [
        Target((), f"{dose:g} mg", "nadir", 0.005, value=published_nadir(dose), remark="Srimani 2022, platelet model")
        for dose in DOSES
    ]
    numbers = fit(FREE, targets, predict, rounds=12, step=0.01, tell=lambda line: None)
    print(report("platelets", numbers, targets, predict(numbers), note="typical patient"))


if __name__ == "__main__":
    main()
