"""Illness as a clinic counts it: how long a fever has lasted, with and without neutropenia.

Answers:  on which day a patient first had a fever that lasts, and whether neutrophils were low then (febrile
          neutropenia, CTCAE: below 1.0 x10^9/L with 38.0 degC or more for over an hour).
Not for:  single readings of 38.3 degC or more, which also count in CTCAE; sepsis; what antipyretics do.
Assumed:  once a fever has broken, its length is forgotten within an hour or so, so that two short ones are not one long.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import CTCAE_5, TITER
from titer.model import Equations, Model, Parameter, Population, State
from titer.model.expression import both, where


def equations(t, x, p, s):
    """Clocks that run while the fever lasts and fall back when it is over."""
    fever = s.temperature >= p.fever
    with_neutropenia = both(fever, s.anc < p.neutropenia)
    return Equations(
        rates={
            "fever_h": where(fever, 1.0, -p.forgetting * x.fever_h),
            "febrile_neutropenia_h": where(with_neutropenia, 1.0, -p.forgetting * x.febrile_neutropenia_h),
        },
    )


# fmt: off
PARAMETERS = (
    Parameter("fever", 38.0, "degC", "temperature from which a patient has a fever", "ctcae: febrile neutropenia, sustained temperature", "fixed"),
    Parameter("neutropenia", 1.0, "10^9/L", "neutrophil count below which a fever is one of neutropenia", "ctcae: febrile neutropenia, ANC <1000/mm3", "fixed"),
    Parameter("forgetting", 2.0, "1/h", "how fast the length of a fever is forgotten when it is over", "titer: within about an hour", "assumed"),
)
# fmt: on

MODEL = Model(
    key="illness",
    name="illness_titer",
    title="Length of a fever, with and without neutropenia",
    doc=__doc__,
    time="h",
    sources={"ctcae": CTCAE_5, "titer": TITER},
    population=Population("adults"),
    states=(
        State("fever_h", "h", "how long the present fever has lasted"),
        State("febrile_neutropenia_h", "h", "how long the present fever has lasted with neutropenia"),
    ),
    parameters=PARAMETERS,
    equations=equations,
    reads=("temperature", "anc"),
)
