"""A protein vaccine with adjuvant, given into a depot.

Answers:  antibody and memory after a first and a second dose, and how little of a fever comes with them.
Not for:  a particular vaccine, live or mRNA vaccines, soreness of the arm, immune correlates of protection.
Assumed:  the depot is the tissue of the core, leaves it as an injection under the skin does (Chen 2014), and carries the
          adjuvant along. The usual dose is 20 ug of a protein of 25 kDa, as in hepatitis B vaccines. Danger sensed of it
          is a choice, set low since a depot is small.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import CHEN_2014, TITER
from titer.model import Parameter, Threat

# fmt: off
NUMBERS = (
    Parameter("clearance", 1.167e-2, "1/h", "loss without immune cells", "chen: ka 0.28 /day, subcutaneous", "derived"),
    Parameter("opsonisation", 9.0, "", "rise of uptake of what antibody has bound", "chen: bC = 10 kel", "fixed"),
    Parameter("epitopes", 1.0, "", "antigen molecules on each unit of the threat", "definition", "fixed"),
    Parameter("visibility", 1e-11, "mL", "weight of the threat inside the logarithm of danger", "titer: a depot is small", "assumed"),
    Parameter("adjuvanticity", 1.0, "", "maturation of dendritic cells by much of the threat, fraction of the largest", "titer: adjuvant in full", "assumed"),
    Parameter("half_adjuvant", 1e10, "1/mL", "amount with half of it", "titer: a few percent of the usual dose", "assumed"),
)
# fmt: on

THREAT = Threat(
    key="vaccine-protein",
    title="Protein vaccine with adjuvant",
    doc=__doc__,
    unit="1/mL",
    dose=2.4e11,
    days=90.0,
    sources={"chen": CHEN_2014, "titer": TITER},
    numbers=NUMBERS,
)
