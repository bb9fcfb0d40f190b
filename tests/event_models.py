"""A one-compartment model with every role that an event table can reach, for the tests of event tables."""

from __future__ import annotations

from titer.model import Covariate, Dosing, Equations, Model, Output, Parameter, Population, Source, State

# fmt: off
PARAMETERS = (
    Parameter("ka", 1.2, "1/h", "absorption", "made: up", "assumed"),
    Parameter("cl", 4.0, "L/h", "clearance at 70 kg", "made: up", "assumed", cv=0.3),
    Parameter("v", 40.0, "L", "volume", "made: up", "assumed"),
    Parameter("f", 0.8, "", "bioavailability by mouth", "made: up", "assumed"),
    Parameter("lag", 0.0, "h", "lag by mouth", "made: up", "assumed"),
    Parameter("share", 1.0, "", "bioavailability of an infusion", "made: up", "assumed"),
    Parameter("weight_typical", 70.0, "kg", "weight that the clearance belongs to", "made: up", "assumed"),
)
# fmt: on


def equations(t, x, p, s):
    conc = x.central / p.v
    return Equations(
        rates={"depot": -p.ka * x.depot, "central": p.ka * x.depot - p.cl * conc, "area": conc},
        outputs={"conc": conc, "depot_amount": x.depot, "auc": x.area},
    )


def individual(p, c):
    return {"cl": p.cl * c.weight / p.weight_typical}


PK = Model(
    key="pk",
    name="pk_titer",
    title="One compartment for tests",
    doc="",
    time="h",
    sources={"made": Source("a test")},
    population=Population("nobody"),
    states=(State("depot", "mg", "to absorb"), State("central", "mg", "in the body"), State("area", "mg*h/L", "area")),
    parameters=PARAMETERS,
    equations=equations,
    individual=individual,
    covariates=(Covariate("weight", "kg", "body weight", 70.0),),
    outputs=(Output("conc", "mg/L", ""), Output("depot_amount", "mg", ""), Output("auc", "mg*h/L", "")),
    doses=(
        Dosing("oral", "depot", bioavailability="f", lag="lag"),
        Dosing("iv", "central", route="iv", bioavailability="share"),
    ),
)


def oral(t, dose=100.0, ka=1.2, cl=4.0, v=40.0, f=0.8):
    """Concentration after one dose by mouth."""
    import numpy as np

    t = np.maximum(np.asarray(t, float), 0.0)
    k = cl / v
    return f * dose * ka / (v * (ka - k)) * (np.exp(-k * t) - np.exp(-ka * t))


def infused(t, rate, duration, cl=4.0, v=40.0):
    """Concentration during and after an infusion."""
    import numpy as np

    t = np.asarray(t, float)
    k = cl / v
    during = np.clip(t, 0.0, duration)
    return rate / cl * -np.expm1(-k * during) * np.exp(-k * np.clip(t - duration, 0.0, None))
