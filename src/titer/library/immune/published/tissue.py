"""Tissue and innate and cellular immunity in a viral infection of the lungs (Rao 2023), as its code has it.

Virus infects AT2 cells; virus, infected and damaged cells are sensed as danger; dendritic cells, macrophages and
neutrophils answer and prime T cells; eleven cytokines join them and pass into plasma. Parts and their parameters stand
in the files `_tissue_*.py` beside this one.

Answers:  the mean course of the source's nominal patient (COVID-19, ancestral virus): virus, cells, cytokines of plasma
          in pg/mL, C-reactive protein; the same after damaged cells without any virus, and with another threat's danger.
Not for:  antiviral drugs and given antibodies (left out: two rows of the workbook), a second infection (entry stays
          ended), antibody as such (only a clock: it starts on day 21), IL-2 as a target of drugs, see Conflict.
Assumed:  C-reactive protein is read as mg/L: the code prints no unit, and its resting 51 and largest 300 are values of
          patients in hospital. Antibody is read as mg. Plasma cells are per mL: a comment in the code says per uL, but
          the volumes it divides by are mL. States start as in the workbook's sheet IC; 500 days bring them to rest.
Conflict: kept as coded. 1. What IL-2 adds to the priming of cytotoxic T cells reads IL-12 a second time
          (`ctl_uses_il2` = 1 reads IL-2). 2. Damaged AT1 cells make IL-1 beta as AT2 cells do. 3. Dendritic cells that
          prime are lost at a twentieth of the rate at which they come. 4. GM-CSF matures dendritic cells with the
          numbers of macrophages.
          5. IL-17 of plasma, in pmol/mL, is compared with a half-saturation listed in pmol; it calls 10 neutrophils an
          hour at most, so that nothing hangs on it.
          6. Healthy lungs are those of the workbook; the code takes what 500 days of rest made of them (0.003% less),
          which moves no peak by more than 0.01%.
Numerics: the code stops when virus falls through 1e4 copies/mL and goes on without entry. Here two switches do it: one
          is thrown within 0.05 h of virus rising above that level, the other after its fall; so no event is needed, and
          an inoculum below the level still grows. No virus is exactly none: without a challenge nothing can be infected,
          where the code needs a gate because rounding errors grow into an infection within three weeks.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.immune.published import _tissue_cytokines as cytokines
from titer.library.immune.published import _tissue_epithelium as epithelium
from titer.library.immune.published import _tissue_innate as innate
from titer.library.immune.published import _tissue_markers as markers
from titer.library.immune.published import _tissue_t_cells as t_cells
from titer.library.sources import RAO_2023, TITER
from titer.model import Dosing, Equations, Model, Output, Parameter, Population

PARTS = (epithelium, innate, t_cells, cytokines, markers)
RISES = ("tnf", "il6", "il1b", "ifn_alpha", "il10")
CYTOKINE_OF = {signal: name for name, signal in cytokines.SIGNAL_OF.items()}


def equations(t, x, p, s):
    """The rates of every part, what plasma shows, and what other models may read."""
    danger = epithelium.danger_sensed(x, p, s)
    plasma = {signal: cytokines.in_plasma(x, p, name) for signal, name in CYTOKINE_OF.items()}
    return Equations(
        rates={
            **epithelium.epithelium_rates(x, p, s),
            **epithelium.clock_rates(x, p),
            **innate.dendritic_rates(x, p, danger),
            **innate.macrophage_rates(x, p, danger),
            **innate.neutrophil_rates(x, p, s, danger),
            **t_cells.t_cell_rates(x, p, s),
            **cytokines.cytokine_rates(x, p, s),
            **markers.marker_rates(x, p, s),
        },
        outputs={
            "danger_sensed": danger,
            "plasma_il17": cytokines.in_plasma(x, p, "il17"),
            "plasma_tgfb": cytokines.in_plasma(x, p, "tgfb"),
        },
        signals={
            **plasma,
            **{f"{signal}_rise": plasma[signal] - getattr(p, f"{signal}_rest") for signal in RISES},
            "crp": p.crp_read * x.crp_blood,
            "tissue_neutrophils": x.neutrophils / p.resting_neutrophils,
        },
    )


# fmt: off
RESTING = (
    Parameter("tnf_rest", 11.8577, "pg/mL", "TNF in plasma at rest", "rao: 500 days without a challenge", "derived"),
    Parameter("il6_rest", 0.205161, "pg/mL", "IL-6 in plasma at rest", "rao: 500 days without a challenge", "derived"),
    Parameter("il1b_rest", 5.1693, "pg/mL", "IL-1 beta in plasma at rest", "rao: 500 days without a challenge", "derived"),
    Parameter("ifn_alpha_rest", 13.0819, "pg/mL", "type I interferon in plasma at rest", "rao: 500 days without a challenge", "derived"),
    Parameter("il10_rest", 0.652113, "pg/mL", "IL-10 in plasma at rest", "rao: 500 days without a challenge", "derived"),
)
# fmt: on

MODEL = Model(
    key="tissue",
    name="tissue_rao2023",
    title="Tissue, innate cells, T cells and cytokines in a viral infection of the lungs",
    doc=__doc__,
    time="h",
    sources={"rao": RAO_2023, "titer": TITER},
    population=Population("adults with COVID-19, nominal patient", at="rao: Fig. 2"),
    states=tuple(state for part in PARTS for state in part.STATES),
    parameters=(*(parameter for part in PARTS for parameter in part.PARAMETERS), *RESTING),
    equations=equations,
    outputs=(
        Output("danger_sensed", "", "danger that innate cells sense"),
        Output("plasma_il17", "pg/mL", "IL-17 in plasma"),
        Output("plasma_tgfb", "pg/mL", "TGF-beta in plasma"),
    ),
    reads=("danger", "neutrophil_supply"),
    provides=(*CYTOKINE_OF, *(f"{signal}_rise" for signal in RISES), "crp", "tissue_neutrophils"),
    doses=(
        Dosing("virus", "virus", unit="1/mL", route="inhaled"),
        Dosing("damaged cells", "damaged1", unit="cell", route="tissue"),
    ),
)
