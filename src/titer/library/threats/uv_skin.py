"""Skin damaged by ultraviolet light: cells with broken DNA die within a day or two, with little foreign antigen.

Answers:  sunburn as sterile inflammation: a pulse of dying cells, cytokines, warmth; few T cells and no antibody.
Not for:  mutated clones (actinic keratosis, basal cell carcinoma), suppression by regulatory T cells and IL-10 after
          light, pigment, doses of light in J/m2.
Assumed:  every number. A challenge is the density of cells that light has condemned; the field of skin has as many cells
          and answers with the same cytokines as the tissue of the core.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import TITER
from titer.model import Parameter, Threat

# fmt: off
NUMBERS = (
    Parameter("clearance", 0.06, "1/h", "loss without immune cells", "titer: condemned cells die with a half-life of 12 h; sunburn cells are most at about 24 h", "assumed"),
    Parameter("remains", 1.0, "cell", "dying cells left by each unit of the threat that is cleared", "definition", "fixed"),
)
# fmt: on

THREAT = Threat(
    key="uv-skin",
    title="Skin cells damaged by ultraviolet light",
    doc=__doc__,
    unit="cell/mL",
    dose=1e5,
    days=14.0,
    sources={"titer": TITER},
    numbers=NUMBERS,
)
