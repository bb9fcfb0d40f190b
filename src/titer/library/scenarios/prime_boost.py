"""A dose of protein and another a year later: memory answers faster and higher.

One clone of B cells. What was printed is for 17 clones (6.4 nmol/L on day 60, 2.55 on day 364, 124.6 on day 449, which
`adaptive_model(17)` meets); one clone of middle affinity has less of all of it, and the same order.
"""

from titer.library.scenarios.protein_drug import DOSE, ENDOTOXIN
from titer.library.sources import RUN_AGAIN
from titer.model import Challenge, Check, Scenario

AGAIN = "again: Chen 2014 with one clone"
DAYS = (0.0, 365.0)

SCENARIO = Scenario(
    key="prime-boost",
    title="A second dose of protein after a year",
    doc=__doc__,
    models=("adaptive",),
    challenges=(
        *(Challenge(day, "protein", DOSE) for day in DAYS),
        *(Challenge(day, "maturation-signal", ENDOTOXIN) for day in DAYS),
    ),
    days=500.0,
    shown=("antibody", "adaptive.free_protein", "adaptive.helper_t", "adaptive.memory_b", "adaptive.memory_t"),
    sources={"again": RUN_AGAIN},
    step_h=12.0,
    checks=(
        Check("antibody", "at", 0.4866, "nmol/L", 0.01, AGAIN, day=60.0),
        Check("antibody", "at", 0.2325, "nmol/L", 0.01, AGAIN, day=364.0),
        Check("antibody", "at", 2.337, "nmol/L", 0.01, AGAIN, day=449.0),
    ),
)
