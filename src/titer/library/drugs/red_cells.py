"""Red-cell units: haemoglobin that is added at once and lost with the life of the cells.

Answers:  how far a transfusion lifts haemoglobin, and for how long.
Not for:  bleeding, iron, antibodies, a volume of plasma that dilutes for a day.
Assumed:  cells of a unit have all ages, so they are lost at a constant rate with a mean of half a life span; the rise
          falls with body weight as blood volume does. Seen in patients: 8.5 g/L at 40-60 kg, 5.5 at 120-140 kg, less
          than the rule of 10 g/L for an adult of 70 kg that is used here.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import RED_CELL_LIFE, TITER, TRANSFUSION_RULE
from titer.model import Anchor, Covariate, Dosing, Equations, Model, Parameter, Population, State


def equations(t, x, p, s):
    """Units in the blood, lost at a constant rate."""
    return Equations(
        rates={"given": -x.given / p.mean_life},
        signals={"transfused_haemoglobin": p.rise * x.given},
    )


def individual(p, c):
    """A larger body dilutes a unit more."""
    return {"rise": p.rise_typical * (p.weight_typical / c.weight)}


# fmt: off
PARAMETERS = (
    Parameter("rise", 10.0, "g/L/dose_unit", "rise of haemoglobin by one unit in a body of 70 kg", "rule: 1 g/dL by one unit", "fixed"),
    Parameter("rise_typical", 10.0, "g/L/dose_unit", "the same at the typical weight", "rule: 1 g/dL by one unit", "fixed"),
    Parameter("weight_typical", 70.0, "kg", "weight that the rule is for", "rule: adult of 70 kg", "fixed"),
    Parameter("mean_life", 60.0, "day", "mean life of the cells of a unit, which have all ages", "life: half of 120 days", "derived"),
)
ANCHORS = (
    Anchor("rise_by_two_units", "transfused_haemoglobin", "max", ((0.0, "red_cells", 2.0),), 24.0, 20.0, "g/L", 0.05, "rule: 1 g/dL by one unit", covariates={"weight": 70.0}),
)
# fmt: on

MODEL = Model(
    key="red_cells",
    name="red_cells_titer",
    title="Red-cell transfusion",
    doc=__doc__,
    time="day",
    sources={"rule": TRANSFUSION_RULE, "life": RED_CELL_LIFE, "titer": TITER},
    population=Population("adults who do not bleed", at="rule: summary"),
    states=(State("given", "dose_unit", "transfused units still in the blood"),),
    parameters=PARAMETERS,
    equations=equations,
    covariates=(Covariate("weight", "kg", "body weight", 70.0),),
    individual=individual,
    provides=("transfused_haemoglobin",),
    doses=(Dosing("red_cells", "given", unit="dose_unit", route="iv"),),
    anchors=ANCHORS,
)
