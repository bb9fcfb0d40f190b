"""Dexamethasone by mouth: one compartment, and its action on target cells through an effect site.

Answers:  plasma level after 4-40 mg, fasted and fed; the fraction of full glucocorticoid action over the days after.
Not for:  adrenal suppression, glucose, mood; people on phenytoin or other strong inducers (oral F falls to 0.53).
Assumed:  half of the action at 8.5 ng/mL: a receptor Kd near 5 nM (2 ng/mL free) at 23% unbound.
Conflict: 1. Clearance is 15 L/h (tablets, IV 14.6-14.9) but 9.3 L/h in 36 Indian women of 57 kg; 15 is used.
          2. One compartment cannot meet peak and half-life together: volume 65 L gives Cmax 248 ng/mL (seen 244-257)
          and a half-life of 3.0 h (seen 4.0); volume 87 L gives 4.0 h and 194 ng/mL. The peak was kept: the action
          below outlives the plasma level anyway (effect site, half-life 5.8 h).
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import (
    BIOEQUIVALENCE_2020,
    KRZYZANSKI_2021,
    RECEPTOR_MEMORY,
    SRIMANI_2022,
    TITER,
    TSUEI_1979,
)
from titer.model import Anchor, Covariate, Dosing, Equations, Model, Output, Parameter, Population, State


def equations(t, x, p, s):
    """Absorption, elimination, a delayed effect site, saturable action."""
    conc = x.central / p.v * p.ng_per_ug
    return Equations(
        rates={
            "gut": -p.ka * x.gut,
            "central": p.ka * x.gut - p.cl / p.v * x.central,
            "effect_site": p.k_effect * (conc - x.effect_site),
        },
        outputs={"conc": conc},
        signals={"glucocorticoid": x.effect_site / (p.ec50 + x.effect_site)},
    )


def individual(p, c):
    """Food slows absorption; exposure stays."""
    return {"ka": p.ka + c.fed * (p.ka_fed - p.ka)}


# fmt: off
PARAMETERS = (
    Parameter("ka", 3.0, "1/h", "absorption, fasted", "tablets: tmax 1.0-1.5 h", "derived", omega2=0.395, note="spread: popPK"),
    Parameter("ka_fed", 0.76, "1/h", "absorption after a meal", "tablets: tmax 2.5 h (IMID522)", "derived"),
    Parameter("cl", 15.0, "L/h", "apparent clearance", "tablets: AUC (IMID516, IMID520, IMID524)", "derived", omega2=0.0265, note="spread: popPK; IV clearance is 14.6-14.9 L/h, so F is about 1"),
    Parameter("v", 65.0, "L", "apparent volume", "tablets: Cmax (IMID521, IMID525)", "derived", omega2=0.0265, note="spread taken as that of the clearance"),
    Parameter("k_effect", 0.119, "1/h", "rate at which the effect site follows (20 per week)", "srimani: KP fixed at 20 /week after Jonsson, PAGE 2010", "fixed"),
    Parameter("ec50", 8.5, "ng/mL", "total level with half of the action", "receptor: Kd 5 nM over 23% unbound", "derived"),
    Parameter("ng_per_ug", 1000.0, "ng/ug", "unit conversion", "definition", "fixed"),
)
ANCHORS = (
    Anchor("auc_20mg", "conc", "auc", ((0.0, "dexamethasone", 20.0),), 72.0, 1329.24, "ng*h/mL", 0.03, "tablets: IMID516"),
    Anchor("cmax_20mg", "conc", "max", ((0.0, "dexamethasone", 20.0),), 24.0, 244.12, "ng/mL", 0.05, "tablets: IMID525"),
    Anchor("auc_20mg_fed", "conc", "auc", ((0.0, "dexamethasone", 20.0),), 72.0, 1358.07, "ng*h/mL", 0.03, "tablets: IMID520", covariates={"fed": 1.0}),
    Anchor("cmax_20mg_fed", "conc", "max", ((0.0, "dexamethasone", 20.0),), 24.0, 194.56, "ng/mL", 0.10, "tablets: IMID521", covariates={"fed": 1.0}),
    Anchor("tmax_20mg_fed", "conc", "time_of_max", ((0.0, "dexamethasone", 20.0),), 24.0, 2.502, "h", 0.15, "tablets: IMID522", covariates={"fed": 1.0}),
)
# fmt: on

MODEL = Model(
    key="dexamethasone",
    name="dexamethasone_titer",
    title="Dexamethasone: oral one-compartment PK and glucocorticoid action",
    doc=__doc__,
    time="h",
    sources={
        "tablets": BIOEQUIVALENCE_2020,
        "iv": TSUEI_1979,
        "popPK": KRZYZANSKI_2021,
        "receptor": RECEPTOR_MEMORY,
        "srimani": SRIMANI_2022,
        "titer": TITER,
    },
    population=Population("healthy adults", n=36, at="tablets: abstract"),
    states=(
        State("gut", "mg", "drug still to be absorbed"),
        State("central", "mg", "drug in the body"),
        State("effect_site", "ng/mL", "level at the target cells"),
    ),
    parameters=PARAMETERS,
    equations=equations,
    covariates=(Covariate("fed", "", "1 when doses follow a meal", 0.0),),
    individual=individual,
    outputs=(Output("conc", "ng/mL", "plasma concentration"),),
    provides=("glucocorticoid",),
    # The kinetics were measured at 20 mg; 40 mg is what the trials gave that its action is set by.
    doses=(Dosing("dexamethasone", "gut", studied_up_to=40.0, studied_at="srimani: 40 mg weekly with lenalidomide"),),
    anchors=ANCHORS,
)
