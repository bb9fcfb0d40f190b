"""Death: a hazard that rises with age and with the burden of the tumour.

Answers:  when patients die on and after treatment, as far as burden and age explain it.
Not for:  causes of death, infections, the effect of later lines of treatment other than through the calibrated level.
Assumed:  the hazard follows a power of the tumour burden; later treatment keeps burden from raising it above a top.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import OUTCOMES, TITER
from titer.model import Covariate, Equations, Model, Parameter, Population, State
from titer.model.expression import exp, minimum


def equations(t, x, p, s):
    """Cumulative hazard; the event happens where it crosses the patient's own threshold."""
    burden = minimum(s.tumour_burden, p.burden_top)
    hazard = p.hazard * (p.share_background + (1 - p.share_background) * burden**p.burden_power)
    return Equations(rates={"cumulative_hazard": hazard}, signals={"death_hazard": hazard})


def individual(p, c):
    """Age shifts the hazard."""
    return {"hazard": p.hazard * exp(p.per_decade * (c.age - p.age_typical) / p.decade)}


# fmt: off
PARAMETERS = (
    Parameter("hazard", 0.000618, "1/day", "hazard at the start of treatment, age 66", "outcomes: IMID093; evidence.calibration.survival", "calibrated"),
    Parameter("share_background", 0.3, "", "part of that hazard that does not follow the tumour", "titer: deaths not from myeloma", "assumed"),
    Parameter("burden_power", 1.0, "", "power of the tumour burden", "titer: proportional", "assumed"),
    Parameter("burden_top", 2.0, "", "burden beyond which the hazard rises no more", "titer: later treatment holds the tumour", "assumed"),
    Parameter("per_decade", 0.25, "", "log hazard per ten years of age", "titer: between myeloma registries and general mortality", "assumed"),
    Parameter("age_typical", 66.0, "year", "age that the hazard belongs to", "titer: middle of trial populations", "assumed"),
    Parameter("decade", 10.0, "year", "ten years", "definition", "fixed"),
)
# fmt: on

MODEL = Model(
    key="death",
    name="death_titer",
    title="Hazard of death from tumour burden and age",
    doc=__doc__,
    time="day",
    sources={"outcomes": OUTCOMES, "titer": TITER},
    population=Population("relapsed myeloma, MM-009 and MM-010", n=704, at="outcomes: IMID093"),
    states=(State("cumulative_hazard", "", "expected number of deaths so far"),),
    parameters=PARAMETERS,
    equations=equations,
    covariates=(Covariate("age", "year", "age", 66.0),),
    individual=individual,
    reads=("tumour_burden",),
    provides=("death_hazard",),
)
