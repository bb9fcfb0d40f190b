"""Venous thromboembolism: a hazard from Ikaros loss, glucocorticoid, risk factors and prophylaxis.

Answers:  how often DVT or PE happens per regimen, and the part that prophylaxis and risk factors play.
Not for:  arterial events, catheter thrombosis, differences between aspirin, warfarin and heparin (none shown in
          trials).
Assumed:  twice the hazard at the start, falling over months; a SAVED point multiplies it by 1.32, so that its weights
          give the published 1.85 between high and low risk; the loss of Ikaros stands for the IMiD (the link is not
          proven).
Conflict: absolute risk by SAVED is 7-12% at 6 months in its derivation, 6-32% in a validation without
          anticoagulation; lenalidomide-dexamethasone is 0.8 per 100 cycles in a meta-analysis and 12% (DVT and PE) in
          the label.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.shared import PROPHYLAXIS
from titer.library.sources import CARRIER_2011, DIMA_2023, LI_2019, OUTCOMES, TITER
from titer.model import Covariate, Equations, Model, Parameter, Population, State
from titer.model.expression import exp, log, where


def equations(t, x, p, s):
    """Cumulative hazard; the event happens where it crosses the patient's own threshold."""
    early = 1 + p.early * exp(-t / p.early_time)
    imid = 1 + p.imid * (1 - s.ikaros)
    steroid = 1 + p.steroid * s.glucocorticoid
    hazard = p.hazard * early * imid * steroid * s.clotting
    return Equations(rates={"cumulative_hazard": hazard}, signals={"vte_hazard": hazard})


def individual(p, c):
    """SAVED points without its dexamethasone part (the signal stands for that), and prophylaxis."""
    points = (
        p.points_surgery * c.recent_surgery
        + p.points_asian * c.race_asian
        + p.points_history * c.vte_history
        + p.points_age * where(c.age >= p.age_old, 1.0, 0.0)
    )
    return {"hazard": p.hazard * exp(points * log(p.per_point) + c.thromboprophylaxis * log(p.prophylaxis))}


# fmt: off
PARAMETERS = (
    Parameter("hazard", 7.38e-05, "1/day", "late hazard without drugs, no SAVED points, no prophylaxis", "outcomes: IMID133+IMID137, IMID134+IMID138; evidence.calibration.thrombosis", "calibrated"),
    Parameter("early", 1.0, "", "added hazard at the start, multiple of the late one", "rates: twice in the first 4 months", "derived"),
    Parameter("early_time", 120.0, "day", "time over which the early excess falls", "rates: twice in the first 4 months", "derived"),
    Parameter("imid", 1.43, "", "added hazard at complete loss of Ikaros", "outcomes: IMID133+IMID137 against IMID134+IMID138; evidence.calibration.thrombosis", "calibrated"),
    Parameter("steroid", 2.89, "", "added hazard at full glucocorticoid action", "outcomes: IMID134+IMID138; evidence.calibration.thrombosis", "calibrated"),
    PROPHYLAXIS,
    Parameter("per_point", 1.32, "", "hazard ratio of one SAVED point", "saved: 1.85 between high and low risk", "derived"),
    Parameter("points_surgery", 2.0, "", "SAVED points, surgery within 90 days", "saved: score", "fixed"),
    Parameter("points_asian", -3.0, "", "SAVED points, Asian race", "saved: score", "fixed"),
    Parameter("points_history", 3.0, "", "SAVED points, earlier thromboembolism", "saved: score", "fixed"),
    Parameter("points_age", 1.0, "", "SAVED points, age 80 or more", "saved: score", "fixed"),
    Parameter("age_old", 80.0, "year", "age from which the point counts", "saved: score", "fixed"),
)
# fmt: on

MODEL = Model(
    key="vte",
    name="vte_titer",
    title="Hazard of venous thromboembolism",
    doc=__doc__,
    time="day",
    sources={"saved": LI_2019, "validation": DIMA_2023, "rates": CARRIER_2011, "outcomes": OUTCOMES, "titer": TITER},
    population=Population("myeloma on IMiDs", n=2397, at="saved: derivation"),
    states=(State("cumulative_hazard", "", "expected number of events so far"),),
    parameters=PARAMETERS,
    equations=equations,
    covariates=(
        Covariate("recent_surgery", "", "1 after surgery within 90 days", 0.0),
        Covariate("race_asian", "", "1 for Asian race", 0.0),
        Covariate("vte_history", "", "1 after an earlier thromboembolism", 0.0),
        Covariate("age", "year", "age", 66.0),
        Covariate("thromboprophylaxis", "", "1 on aspirin, heparin or an anticoagulant", 0.0),
    ),
    individual=individual,
    reads=("ikaros", "glucocorticoid", "clotting"),
    provides=("vte_hazard",),
)
