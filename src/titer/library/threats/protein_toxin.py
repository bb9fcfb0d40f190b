"""A protein toxin: it injures cells until it is cleared or bound by antibody.

Answers:  injury by dose; what antitoxin does, molecule for molecule. One dose survived leaves too little antibody to
          protect against the next, as after tetanus.
Not for:  a particular toxin, nerve or heart, toxin that has entered cells already, side effects of antitoxin.
Assumed:  every number but the rule they were set by: injury grows with free toxin, a molecule of antibody neutralises
          one of toxin, and as much antitoxin as toxin protects (Protection by antitoxin, PMC5555766). The usual dose,
          1 nmol/L, lies well above the dissociation constant, so that this holds. Complexes are cleared as free toxin:
          antibody is not used up here, so that faster clearance of complexes would let a little of it remove all toxin.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import ANTITOXIN, TITER
from titer.model import Parameter, Threat

# fmt: off
NUMBERS = (
    Parameter("clearance", 0.05, "1/h", "loss without immune cells", "titer: half-life 14 h", "assumed"),
    Parameter("to_blood", 0.02, "1/h", "passage from tissue to blood", "titer: choice", "assumed"),
    Parameter("to_tissue", 0.05, "1/h", "passage from blood to tissue", "titer: choice", "assumed"),
    Parameter("blood_clearance", 0.05, "1/h", "loss from blood", "titer: as in tissue", "assumed"),
    Parameter("injury", 3e-15, "mL/h", "rate at which cells are injured, per amount of the free threat", "titer: the usual dose costs a few percent of the cells", "assumed"),
    Parameter("affinity", 100.0, "1/(nmol/L)", "affinity of antibody for the threat", "antitoxin: equimolar antitoxin protects; 10 pmol/L", "assumed"),
    Parameter("epitopes", 1.0, "", "antigen molecules on each unit of the threat", "definition", "fixed"),
    Parameter("adjuvanticity", 0.1, "", "maturation of dendritic cells by much of the threat, fraction of the largest", "titer: toxins come with little of what matures dendritic cells", "assumed"),
    Parameter("half_adjuvant", 1e10, "1/mL", "amount with half of it", "titer: choice", "assumed"),
)
# fmt: on

THREAT = Threat(
    key="protein-toxin",
    title="Protein that injures cells",
    doc=__doc__,
    unit="1/mL",
    dose=6e11,
    days=60.0,
    sources={"antitoxin": ANTITOXIN, "titer": TITER},
    numbers=NUMBERS,
    places=("tissue", "blood"),
)
