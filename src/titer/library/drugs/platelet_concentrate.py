"""Platelet concentrate: platelets that are added at once and lost within days.

Answers:  how far one adult dose (by apheresis, or a pool of 4-8 donations) lifts the platelet count, and for how long.
Not for:  refractoriness by antibodies, consumption by fever, spleen or bleeding; a normal life span in a full recovery.
Assumed:  a rise of 40 x10^9/L in an adult of 70 kg, the middle of the 30-50 that summaries give (one gives 50-60), and a
          constant rate of loss with a mean of 2.5 days; the rise falls with body weight as blood volume does.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import PLATELET_LIFE, TITER, TRANSFUSION_RULE
from titer.model import Anchor, Covariate, Dosing, Equations, Model, Parameter, Population, State


def equations(t, x, p, s):
    """Doses in the blood, lost at a constant rate."""
    return Equations(
        rates={"given": -x.given / p.mean_life},
        signals={"transfused_platelets": p.rise * x.given},
    )


def individual(p, c):
    """A larger body dilutes a dose more."""
    return {"rise": p.rise_typical * (p.weight_typical / c.weight)}


# fmt: off
PARAMETERS = (
    Parameter("rise", 40.0, "10^9/L/dose_unit", "rise of the count by one dose in a body of 70 kg", "rule: 30-50 x10^9/L by one apheresis unit", "derived", cv=0.4, note="spread assumed: a third of transfusions is said to do little"),
    Parameter("rise_typical", 40.0, "10^9/L/dose_unit", "the same at the typical weight", "rule: 30-50 x10^9/L by one apheresis unit", "derived"),
    Parameter("weight_typical", 70.0, "kg", "weight that the rule is for", "rule: adult of 70 kg", "fixed"),
    Parameter("mean_life", 2.5, "day", "mean life of transfused platelets", "life: they typically last 2 or 3 days", "derived"),
)
ANCHORS = (
    Anchor("rise_by_one_dose", "transfused_platelets", "max", ((0.0, "platelet_concentrate", 1.0),), 24.0, 40.0, "10^9/L", 0.25, "rule: 30-50 x10^9/L by one apheresis unit", covariates={"weight": 70.0}),
)
# fmt: on

MODEL = Model(
    key="platelet_concentrate",
    name="platelet_concentrate_titer",
    title="Platelet transfusion",
    doc=__doc__,
    time="day",
    sources={"rule": TRANSFUSION_RULE, "life": PLATELET_LIFE, "titer": TITER},
    population=Population("adults without consumption of platelets", at="rule: summary"),
    states=(State("given", "dose_unit", "transfused doses still in the blood"),),
    parameters=PARAMETERS,
    equations=equations,
    covariates=(Covariate("weight", "kg", "body weight", 70.0),),
    individual=individual,
    provides=("transfused_platelets",),
    doses=(Dosing("platelet_concentrate", "given", unit="dose_unit", route="iv"),),
    anchors=ANCHORS,
)
