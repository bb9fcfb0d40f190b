"""A bacterium that grows inside macrophages, as mycobacteria do (numbers of FIRM, Palsson 2013).

Answers:  slow growth, bursts, and control by T cells and interferon gamma rather than by antibody or neutrophils.
Not for:  granulomas, latency over years, resistance to drugs, a particular species.
Assumed:  a macrophage takes up one bacterium, which multiplies until fifty burst it. Infected cells have no age here:
          death and release are those of a population that grows at the source's rate with every cell bursting at its
          time. Cytotoxic T cells kill infected macrophages as they kill cells with virus while they are few, and at most
          at 0.5 /day; NK cells leave them alone. B cells see what is outside cells: so little that no antibody forms.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import PALSSON_2013, TITER
from titer.model import Parameter, Threat

# fmt: off
NUMBERS = (
    Parameter("growth", 2.08e-4, "1/h", "growth at low numbers", "firm: 0.005 /day outside cells", "derived"),
    Parameter("capacity", 1e8, "1/mL", "most that the tissue carries", "titer: choice", "assumed"),
    Parameter("clearance", 0.01, "1/h", "loss without immune cells", "titer: removal by cilia", "assumed"),
    Parameter("to_blood", 1e-4, "1/h", "passage from tissue to blood", "titer: choice", "assumed"),
    Parameter("to_tissue", 0.05, "1/h", "passage from blood to tissue", "titer: choice", "assumed"),
    Parameter("targets", 5e9, "cell", "cells that can be infected at rest", "titer: resident macrophages of both lungs, order of magnitude", "assumed"),
    Parameter("infectivity", 4e-8, "mL/h", "entry into a target cell, per amount of the threat", "titer: taken up with a half-life of 7 h", "assumed"),
    Parameter("used_up", 1.0, "1/cell", "threat that is used up when a cell becomes infected", "definition", "fixed"),
    Parameter("half_entry", 1e6, "pmol", "type I interferon that halves entry", "titer: no block of entry", "assumed"),
    Parameter("infected_loss", 8.503e-5, "1/h", "death of infected cells by the threat", "firm: growth inside cells 0.1 /day, burst at 50: 0.1 / 49 per day", "derived"),
    Parameter("interferon_death", 0.0, "1/pmol", "rise of that death by type I interferon", "titer: none", "assumed"),
    Parameter("release", 2.109e-6, "1/mL/h/cell", "threat released by an infected cell", "firm: 50 at each burst, into 2016 mL", "derived"),
    Parameter("half_effector", 39.1, "", "cytotoxic T cells, multiple of rest, at which their killing is half saturated", "firm: at most 0.5 /day", "derived"),
    Parameter("nk_killing", 0.0, "1/h", "killing of a recognised cell by the resting number of NK cells", "titer: none", "assumed"),
    Parameter("activated_killing", 4.583e-3, "1/h", "largest rate at which infected macrophages, activated by interferon gamma, kill what is in them", "firm: k3 0.11 /day", "derived"),
    Parameter("half_activation", 40.0, "pmol", "interferon gamma with half of it", "titer: five times rest", "assumed"),
    Parameter("macrophage_killing", 1.2e-6, "mL/cell/h", "killing by the concentration of macrophages", "titer: as of bacteria outside cells by neutrophils", "assumed"),
    Parameter("opsonisation", 1.0, "", "rise of uptake of what antibody has bound", "titer: little", "assumed"),
    Parameter("epitopes", 1e4, "", "antigen molecules on each unit of the threat", "titer: surface protein of a bacterium, order of magnitude", "assumed"),
    Parameter("affinity", 0.002, "1/(nmol/L)", "affinity of antibody for the threat", "titer: antibody keeps it out of macrophages but little", "assumed"),
    Parameter("visibility", 1.0, "mL", "weight of the threat inside the logarithm of danger", "titer: as a copy of virus", "assumed"),
    Parameter("adjuvanticity", 1.0, "", "maturation of dendritic cells by much of the threat, fraction of the largest", "titer: bacterial products are a full signal", "assumed"),
    Parameter("half_adjuvant", 1e3, "1/mL", "amount with half of it", "titer: choice", "assumed"),
)
# fmt: on

THREAT = Threat(
    key="intracellular-bacterium",
    title="Bacterium that grows inside macrophages",
    doc=__doc__,
    unit="CFU/mL",
    dose=10.0,
    days=180.0,
    sources={"firm": PALSSON_2013, "titer": TITER},
    numbers=NUMBERS,
    places=("tissue", "blood"),
)
