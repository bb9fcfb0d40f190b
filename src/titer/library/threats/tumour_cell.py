"""Tumour cells: slow growth against T and NK cells that see little of them (rates of Gallaher 2018, myeloma).

Answers:  growth over months, and why stronger killing slows it while more cells that kill do so much less: killing is
          half saturated with the cells of rest.
Not for:  a particular tumour, metastasis, selection of clones, antibody-dependent killing; treatment of myeloma, which
          has its own model.
Assumed:  killing by T and by NK cells adds up; the source's further term for both together is left out. The inhibition
          by the tumour itself is taken at the source's start, and regulatory cells prevent a share of what it leaves,
          where the source adds both: 0.49 of killing is left at rest, 0.40 in the source. Capacity and danger sensed are
          choices: few cells go unnoticed.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import GALLAHER_2018, TITER
from titer.model import Parameter, Threat

# fmt: off
NUMBERS = (
    Parameter("growth", 7.29e-4, "1/h", "growth at low numbers", "gallaher: 0.0175 /day", "derived"),
    Parameter("capacity", 5e8, "1/mL", "most that the tissue carries", "titer: 1e12 cells, a kilogram", "assumed"),
    Parameter("clearance", 8.33e-5, "1/h", "loss without immune cells", "gallaher: 0.002 /day", "derived"),
    Parameter("exposed", 0.714, "", "share of cytotoxicity that acts on the threat itself", "gallaher: 1 - 0.5 x 4 / (3 + 4), tumour 4 g/dL", "derived"),
    Parameter("effector_killing", 5.155e-4, "1/h", "killing of a recognised cell by the resting number of cytotoxic T cells", "gallaher: 0.002 x 5 /day over 375 of 464 cells/uL", "derived"),
    Parameter("half_effector", 0.8082, "", "cytotoxic T cells, multiple of rest, at which their killing is half saturated", "gallaher: 375 of 464 cells/uL", "derived"),
    Parameter("nk_killing", 6.306e-4, "1/h", "killing of a recognised cell by the resting number of NK cells", "gallaher: 0.002 x 5 /day over 150 of 227 cells/uL", "derived"),
    Parameter("half_nk", 0.6608, "", "NK cells, multiple of rest, at which their killing is half saturated", "gallaher: 150 of 227 cells/uL", "derived"),
    Parameter("suppression", 0.5, "", "largest share of cytotoxicity that regulatory T cells prevent", "gallaher: 0.5", "fixed"),
    Parameter("visibility", 1e-7, "mL", "weight of the threat inside the logarithm of danger", "titer: antigenicity; 1e7 cells/mL are sensed as one copy of virus", "assumed"),
)
# fmt: on

THREAT = Threat(
    key="tumour-cell",
    title="Tumour cells",
    doc=__doc__,
    unit="cell/mL",
    dose=1e5,
    days=730.0,
    sources={"gallaher": GALLAHER_2018, "titer": TITER},
    numbers=NUMBERS,
)
