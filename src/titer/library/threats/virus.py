"""A virus that infects the lining of the lung (Rao 2023).

Answers:  the course of virus, interferon, T cells and antibody from a challenge to clearance; what type I interferon,
          cytotoxic cells and antibody each do to it; a second encounter.
Not for:  a particular virus (the numbers were tuned to hospital cases of COVID-19), latency, variants, coughing; the
          length of the fever: interferon of the source stays high, and keeps temperature at 38 degC or more for 23 days
          (`fever`).
Assumed:  amounts are copies of RNA; entry fades below 1 copy/mL; the source ends it on the way down, at 1e4.
          Antibody blocks entry; it does not clear virus faster. It does so by what neutralises in plasma of people who
          recovered, diluted as in the lung, with no difference between IgM and IgG, early and late. Four hundred antigen
          molecules for each copy of RNA: of the right order, and such that IgG is 20 nmol/L (3 ug/mL) on day 42, as
          after mild COVID-19. Antibody makes a second encounter mild, and cytotoxic T cells then come sooner.
          Half a year later virus stays below a hundredth of its first peak and is gone a week sooner; so little of it
          is then seen that IgG of the typical person does not rise; it does in a third of people. Ten years later, with
          two fifths of that IgG, virus reaches a twentieth.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import IBARRONDO_2020, NEUTRALISATION_2020, RAO_2023, SHAH_2013_MEMORY, TITER
from titer.model import Parameter, Threat

# fmt: off
NUMBERS = (
    Parameter("infectivity", 4.725e-12, "mL/h", "entry into a target cell, per amount of the threat", "rao: k_int", "fixed"),
    Parameter("release", 0.8, "1/mL/h/cell", "threat released by an infected cell", "rao: A_V", "fixed"),
    Parameter("clearance", 0.08325, "1/h", "loss without immune cells", "rao: b_V", "fixed"),
    Parameter("least", 1.0, "1/mL", "amount below which growth and infection fade", "titer: 2000 copies in the lung; the source ends entry on the way down, at 1e4", "assumed"),
    Parameter("to_blood", 1e-4, "1/h", "passage from tissue to blood", "titer: viraemia a thousandth of what the lung holds", "assumed"),
    Parameter("to_tissue", 0.05, "1/h", "passage from blood to tissue", "titer: choice", "assumed"),
    Parameter("blood_clearance", 0.5, "1/h", "loss from blood", "titer: half-life of virions in blood of hours", "assumed"),
    Parameter("epitopes", 430.0, "", "antigen molecules on each unit of the threat", "ibarrondo: IgG 37 days after onset; see Assumed", "assumed"),
    Parameter("affinity", 0.49, "1/(nmol/L)", "affinity of antibody for the threat", "neutralisation: dilution of 66 over 20 nmol/L (ibarrondo); lung: 15% of plasma", "derived", note="ten times the polyclonal IgG of Rao 2023"),
    Parameter("visibility", 1.0, "mL", "weight of the threat inside the logarithm of danger", "rao: ln(1 + V)", "fixed"),
    Parameter("adjuvanticity", 1.0, "", "maturation of dendritic cells by much of the threat, fraction of the largest", "titer: viral RNA is a full signal", "assumed"),
)
# fmt: on

THREAT = Threat(
    key="virus",
    title="Virus that infects cells of the lung",
    doc=__doc__,
    unit="copies/mL",
    dose=1e6,
    days=60.0,
    sources={
        "rao": RAO_2023,
        "ibarrondo": IBARRONDO_2020,
        "neutralisation": NEUTRALISATION_2020,
        "lung": SHAH_2013_MEMORY,
        "titer": TITER,
    },
    numbers=NUMBERS,
    places=("tissue", "blood"),
)
