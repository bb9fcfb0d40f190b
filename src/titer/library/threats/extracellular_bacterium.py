"""An extracellular bacterium, held in check by the concentration of neutrophils (Li 2002).

Answers:  whether neutrophils clear a challenge, and how fast; what neutropenia leaves behind: below a critical
          concentration bacteria grow faster than they are killed. Antibody that helps uptake.
Not for:  a particular species beyond S. epidermidis, antibiotics, toxins, abscesses, sepsis with failing circulation;
          pneumonia of a healthy host, whose neutrophils clear any amount within two days and without a fever: it is
          neutropenia that makes somebody ill here.
Assumed:  killing as in suspension, which suits the fluid of an alveolus; in a gel it takes ten times as many neutrophils
          (Li 2004). Complement is part of it. Bacteria injure no cell themselves. Less than 1 CFU/mL hardly grows:
          without that limit even a healthy host is left with 1.9 CFU/mL, since danger and with it neutrophils fade with
          the logarithm of what is left. What is gone within hours shows B cells too little: no antibody forms, and a
          second encounter is as the first.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import LI_2002, SMITH_2011, TITER
from titer.model import Parameter, Threat

# fmt: off
NUMBERS = (
    Parameter("growth", 0.48, "1/h", "growth at low numbers", "li: 8e-3 /min, S. epidermidis", "estimated"),
    Parameter("capacity", 3.4e8, "1/mL", "most that the tissue carries", "smith: K, pneumococcus in mouse lungs", "assumed"),
    Parameter("least", 1.0, "1/mL", "amount below which growth and infection fade", "titer: counts as cleared; what is left falls to mucus and resident macrophages", "assumed"),
    Parameter("neutrophil_killing", 1.2e-6, "mL/cell/h", "killing by the concentration of neutrophils", "li: 2e-8 mL/min per neutrophil, in suspension", "estimated"),
    Parameter("macrophage_killing", 1.2e-6, "mL/cell/h", "killing by the concentration of macrophages", "titer: as by a neutrophil", "assumed"),
    Parameter("clearance", 0.0, "1/h", "loss without immune cells", "titer: none", "assumed"),
    Parameter("to_blood", 1e-3, "1/h", "passage from tissue to blood", "titer: choice", "assumed"),
    Parameter("to_tissue", 0.05, "1/h", "passage from blood to tissue", "titer: choice", "assumed"),
    Parameter("blood_clearance", 1.0, "1/h", "loss from blood", "titer: uptake by liver and spleen within an hour", "assumed"),
    Parameter("opsonisation", 4.0, "", "rise of uptake of what antibody has bound", "titer: two to ten times better uptake", "assumed"),
    Parameter("epitopes", 1e4, "", "antigen molecules on each unit of the threat", "titer: surface protein of a bacterium, order of magnitude", "assumed"),
    Parameter("affinity", 0.1, "1/(nmol/L)", "affinity of antibody for the threat", "titer: half bound at 10 nmol/L", "assumed"),
    Parameter("visibility", 1.0, "mL", "weight of the threat inside the logarithm of danger", "titer: as a copy of virus", "assumed"),
    Parameter("adjuvanticity", 1.0, "", "maturation of dendritic cells by much of the threat, fraction of the largest", "titer: bacterial products are a full signal", "assumed"),
    Parameter("half_adjuvant", 1e3, "1/mL", "amount with half of it", "titer: choice", "assumed"),
)
# fmt: on

THREAT = Threat(
    key="extracellular-bacterium",
    title="Bacterium that lives outside cells",
    doc=__doc__,
    unit="CFU/mL",
    dose=100.0,
    days=14.0,
    sources={"li": LI_2002, "smith": SMITH_2011, "titer": TITER},
    numbers=NUMBERS,
    places=("tissue", "blood"),
)
