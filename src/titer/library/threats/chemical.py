"""A chemical that injures cells: damage and sterile inflammation, no antigen.

Answers:  how injury without infection looks: cytokines and neutrophils, hardly T cells, no antibody.
Not for:  a particular substance, allergy to haptens, suppression of immune cells by the substance, organs.
Assumed:  every number. Injury grows with the concentration; the liver and the kidneys clear it at a constant rate.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import TITER
from titer.model import Parameter, Threat

# fmt: off
NUMBERS = (
    Parameter("clearance", 0.1, "1/h", "loss without immune cells", "titer: half-life 7 h", "assumed"),
    Parameter("to_blood", 0.1, "1/h", "passage from tissue to blood", "titer: small molecules pass fast", "assumed"),
    Parameter("to_tissue", 0.1, "1/h", "passage from blood to tissue", "titer: as the other way", "assumed"),
    Parameter("blood_clearance", 0.1, "1/h", "loss from blood", "titer: as in tissue", "assumed"),
    Parameter("injury", 4e-18, "mL/h", "rate at which cells are injured, per amount of the free threat", "titer: the usual dose costs a few percent of the cells", "assumed"),
)
# fmt: on

THREAT = Threat(
    key="chemical",
    title="Chemical that injures cells",
    doc=__doc__,
    unit="1/mL",
    dose=1e15,
    days=14.0,
    sources={"titer": TITER},
    numbers=NUMBERS,
    places=("tissue", "blood"),
)
