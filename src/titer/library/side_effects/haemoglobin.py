"""Haemoglobin: red cells of 120 days, made less by a marrow full of tumour and less while Ikaros is low.

Answers:  the slow course of haemoglobin over months: better with response, worse with progression.
Not for:  bleeding, less production after a transfusion, erythropoietin, renal anaemia that changes, del(5q) (where the
          drug raises haemoglobin).
Assumed:  production is shared between marrow and tumour, (1 + a)/(1 + a burden), so that a complete response raises
          it by a and a doubled tumour lowers it about as much; both sizes are calibrated to grade 3 and 4 anaemia.
Conflict: the control arms saw 5.7% grade 3 or 4 anaemia without lenalidomide; the model predicts 3.0%: bleeding,
          infection and renal failure are missing. The block by Ikaros loss, fitted to the other arm, may stand for
          some.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import OUTCOMES, RED_CELL_LIFE, TITER
from titer.model import Covariate, Equations, Model, Parameter, Population, State


def equations(t, x, p, s):
    """Four ages of red cells, each a quarter of the life span."""
    room = (1 + p.crowding) / (1 + p.crowding * s.tumour_burden)
    made = room / (1 + p.block * (1 - s.ikaros)) * s.factor("haemoglobin.production")
    rate = p.ages / p.life
    own = p.baseline * (x.first + x.second + x.third + x.fourth) / p.ages
    return Equations(
        rates={
            "first": rate * (made - x.first),
            "second": rate * (x.first - x.second),
            "third": rate * (x.second - x.third),
            "fourth": rate * (x.third - x.fourth),
        },
        signals={"haemoglobin": own + s.transfused_haemoglobin},
    )


def individual(p, c):
    """Own baseline."""
    return {"baseline": c.baseline_haemoglobin}


# fmt: off
PARAMETERS = (
    Parameter("baseline", 110.0, "g/L", "haemoglobin before treatment", "titer: relapsed myeloma", "assumed"),
    Parameter("life", 120.0, "day", "life span of a red cell", "life: textbook", "fixed"),
    Parameter("ages", 4.0, "", "number of age classes", "definition", "fixed"),
    Parameter("crowding", 0.351, "", "rise of production when the tumour is gone", "outcomes: IMID143; evidence.calibration.marrow", "calibrated", cv=0.8),
    Parameter("block", 0.406, "", "production falls to 1/(1 + block) at complete loss of Ikaros", "outcomes: IMID143; evidence.calibration.marrow", "calibrated", cv=0.5),
)
# fmt: on

MODEL = Model(
    key="haemoglobin",
    name="haemoglobin_titer",
    title="Haemoglobin from tumour burden and Ikaros",
    doc=__doc__,
    time="day",
    sources={"life": RED_CELL_LIFE, "outcomes": OUTCOMES, "titer": TITER},
    population=Population("relapsed myeloma"),
    states=tuple(
        State(name, "", f"red cells in the {name} quarter of their life, fraction of rest", start=1.0)
        for name in ("first", "second", "third", "fourth")
    ),
    parameters=PARAMETERS,
    equations=equations,
    covariates=(Covariate("baseline_haemoglobin", "g/L", "haemoglobin before treatment", 110.0),),
    individual=individual,
    reads=("tumour_burden", "ikaros", "transfused_haemoglobin"),
    provides=("haemoglobin",),
)
