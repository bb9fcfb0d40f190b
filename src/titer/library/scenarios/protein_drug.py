"""40 mg of a therapeutic antibody every second week for half a year: antibody against it, one clone of B cells.

Antibody rises while protein that comes with each dose keeps helper T cells and B cells active, and outlasts it by the
life of long-lived plasma cells. The clone of middle affinity stands for all; with 17 clones, of which the tightest win,
there is twenty times as much (`adaptive_model(17)` in Python). Without the maturation signal nothing happens.
"""

from titer.library.sources import RUN_AGAIN
from titer.model import Challenge, Check, Scenario

AGAIN = "again: public code of Chen 2014, ported"
DOSE = 40e9 / 148e3  # pmol in 40 mg of 148 kDa
ENDOTOXIN = 350.0  # ng in a dose
DAYS = range(0, 168, 14)

SCENARIO = Scenario(
    key="protein-drug",
    title="Antibody against a therapeutic protein",
    doc=__doc__,
    models=("adaptive",),
    challenges=(
        *(Challenge(float(day), "protein", DOSE) for day in DAYS),
        *(Challenge(float(day), "maturation-signal", ENDOTOXIN) for day in DAYS),
    ),
    days=364.0,
    shown=("antibody", "adaptive.free_protein", "adaptive.mature", "adaptive.helper_t", "adaptive.memory_b"),
    sources={"again": RUN_AGAIN},
    step_h=12.0,
    checks=(
        Check("antibody", "max", 70.0, "nmol/L", 0.5, AGAIN, absolute=True),
        Check("antibody", "day_of_max", 243.0, "day", 1.0, AGAIN, absolute=True),
    ),
)
