"""A small assembled system for the clinic: one drug, blood counts, M-protein, two hazards. All invented."""

from __future__ import annotations

import numpy as np

from titer.model import (
    Dosing,
    Equations,
    Model,
    Parameter,
    Population,
    Signal,
    Source,
    State,
    assemble,
)
from titer.patients import streams

SIGNALS = {
    name: Signal(name, unit, rest, "invented")
    for name, unit, rest in [
        ("toxic", "", 0.0),
        ("anc", "10^9/L", 4.0),
        ("platelets", "10^9/L", 250.0),
        ("haemoglobin", "g/L", 140.0),
        ("m_protein", "g/L", 0.0),
    ]
}


def number(name, value, unit="1/day", **more):
    return Parameter(name, value, unit, "invented", "paper: Table 1", "assumed", **more)


def model(key, equations, states, parameters, **more):
    sources = {"paper": Source("Author 2020")}
    return Model(
        key, f"{key}_invented", key, "", "day", sources, Population("nobody"), states, parameters, equations, **more
    )


def drug(t, x, p, s):
    return Equations(
        rates={"gut": -p.ka * x.gut, "plasma": p.ka * p.share * x.gut / p.share - p.ke * x.plasma},
        signals={"toxic": x.plasma / p.scale},
    )


def blood(t, x, p, s):
    loss = 1 + p.effect * s.toxic
    return Equations(
        rates={
            "neutrophils": p.turnover * (1 - x.neutrophils * loss),
            "thrombocytes": p.turnover * (1 - x.thrombocytes * (1 + p.less * p.effect * s.toxic)),
        },
        signals={
            "anc": p.anc0 * x.neutrophils,
            "platelets": p.platelets0 * x.thrombocytes,
            "haemoglobin": p.haemoglobin0,
        },
    )


def tumour(t, x, p, s):
    return Equations(rates={"mass": (p.growth - p.kill * s.toxic) * x.mass}, signals={"m_protein": x.mass})


def hazard(t, x, p, s):
    return Equations(rates={"cumulative_hazard": p.rate})


DRUG = model(
    "drug",
    drug,
    (State("gut", "mg", "gut"), State("plasma", "mg", "plasma")),
    (
        number("ka", 12.0),
        number("ke", 1.5),
        number("scale", 10.0, "mg"),
        number("share", 0.8, ""),
        number("lag", 0.02, "day"),
    ),
    provides=("toxic",),
    doses=(Dosing("lenalidomide", "gut", bioavailability="share", lag="lag"),),
)
OTHER = model(
    "other",
    lambda t, x, p, s: Equations(rates={"plasma": -p.ke * x.plasma}),
    (State("plasma", "mg", "plasma"),),
    (number("ke", 4.0),),
    doses=(Dosing("dexamethasone", "plasma"),),
)
BLOOD = model(
    "blood",
    blood,
    (State("neutrophils", "", "of own level", 1.0), State("thrombocytes", "", "of own level", 1.0)),
    (
        number("turnover", 0.1),
        number("effect", 1.2, "", cv=0.7),
        number("less", 0.6, ""),
        number("anc0", 2.6, "10^9/L", cv=0.4),
        number("platelets0", 170.0, "10^9/L", cv=0.6),
        number("haemoglobin0", 105.0, "g/L", cv=0.1),
    ),
    reads=("toxic",),
    provides=("anc", "platelets", "haemoglobin"),
)
TUMOUR = model(
    "tumour",
    tumour,
    (State("mass", "g/L", "M-protein", "start"),),
    (number("start", 30.0, "g/L", cv=0.4), number("growth", 0.01, cv=0.6), number("kill", 0.02, cv=0.8)),
    reads=("toxic",),
    provides=("m_protein",),
)
VTE = model("vte", hazard, (State("cumulative_hazard", "", "so far"),), (number("rate", 0.001),))
DEATH = model("death", hazard, (State("cumulative_hazard", "", "so far"),), (number("rate", 0.0015),))


def clinic_system():
    return assemble([DRUG, OTHER, BLOOD, TUMOUR, VTE, DEATH], SIGNALS)


def own_parameters(system, patients, seed=1):
    """Log-normal spread around the typical values. Shape (n_patients, n_parameters)."""
    values = np.tile(system.typical(), (len(patients), 1))
    for m in system.models:
        for p in m.parameters:
            if p.varies:
                name = f"{m.key}.{p.name}"
                spread = streams.normal(seed, patients, f"eta:{name}", 1)[:, 0]
                values[:, system.parameter_index(name)] *= np.exp(p.log_sd * spread)
    return values
