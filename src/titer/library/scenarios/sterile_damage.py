"""1e9 damaged cells on day 0 and no germ: cytokines without a T cell response.

TNF and IL-6 rise within hours, IL-1 beta and CRP within a day; T cells are hardly primed and interferon gamma stays
near rest. The numbers to be met come from the published code, run with the LSODA of SciPy with virus held at exactly 0.
Not for more damaged cells: ten times as many give TNF of 4,200 pg/mL, ten times that of volunteers given endotoxin.
"""

from titer.library.scenarios._tissue import CRP_NOTE
from titer.library.sources import RUN_AGAIN
from titer.model import Challenge, Check, Scenario

AGAIN = "again: code of Rao 2023, 1e9 damaged cells"

SCENARIO = Scenario(
    key="sterile-damage",
    title="Damaged tissue without any germ",
    doc=__doc__,
    models=("tissue",),
    challenges=(Challenge(0.0, "damaged cells", 1e9),),
    days=20.0,
    shown=("tissue.damaged1", "tnf", "il6", "il1b", "crp", "ifn_gamma", "tissue.th1", "tissue.ctl"),
    sources={"again": RUN_AGAIN},
    settle_days=500.0,
    note=CRP_NOTE,
    step_h=0.2,
    checks=(
        Check("tnf", "max", 433.2, "pg/mL", 0.01, AGAIN),
        Check("tnf", "day_of_max", 0.079, "day", 0.01, AGAIN, absolute=True),
        Check("il6", "max", 10.35, "pg/mL", 0.01, AGAIN),
        Check("il1b", "max", 25.68, "pg/mL", 0.01, AGAIN),
        Check("il1b", "day_of_max", 0.898, "day", 0.02, AGAIN, absolute=True),
        Check("crp", "max", 118.2, "mg/L", 0.01, AGAIN),
        Check("crp", "day_of_max", 0.51, "day", 0.02, AGAIN, absolute=True),
        Check("ifn_gamma", "max", 1.187, "pg/mL", 0.01, AGAIN),
        Check("tissue.th1", "max", 3.723e4, "cell", 0.01, AGAIN),
        Check("tissue.ctl", "max", 4.648e4, "cell", 0.01, AGAIN),
        Check("tissue.virus", "max", 0.0, "1/mL", 0.0, AGAIN, absolute=True),
    ),
)
