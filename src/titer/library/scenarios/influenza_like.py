"""A virus of the airways, 1e6 copies/mL on day 0, in the nominal patient of Rao 2023.

Shows virus, the cells that answer it, and cytokines of plasma over 40 days. It is called after the illness; the source
tuned its numbers to COVID-19. The numbers to be met come from the published code itself, run with the LSODA of SciPy:
rest after 500 days, then each peak with its day, read every hour; they lie on the mean lines of the paper's Fig. 2. The
last one is the day on which virus falls through 1e4 copies/mL: it falls sevenfold a day there, so that 5% of it are
0.03 days.
"""

from titer.library.scenarios._tissue import CRP_NOTE
from titer.library.sources import RUN_AGAIN
from titer.model import Challenge, Check, Scenario

AGAIN = "again: code of Rao 2023, 1e6 copies/mL"
REST = (
    ("tissue.dendritic", 1.45e4, "cell"),
    ("tissue.macrophages", 4.31e4, "cell"),
    ("tissue.neutrophils", 8.14e7, "cell"),
    ("tnf", 11.86, "pg/mL"),
    ("il6", 0.2052, "pg/mL"),
    ("il1b", 5.169, "pg/mL"),
    ("ifn_alpha", 13.08, "pg/mL"),
    ("ifn_gamma", 1.121, "pg/mL"),
    ("il2", 0.5827, "pg/mL"),
    ("il12", 0.8883, "pg/mL"),
    ("il10", 0.6521, "pg/mL"),
    ("gmcsf", 2.862, "pg/mL"),
    ("crp", 51.48, "mg/L"),
)
PEAKS = (
    # series, peak, its unit, day
    ("tissue.virus", 1.052e9, "1/mL", 3.38),
    ("tissue.infected", 1.161e8, "cell", 2.79),
    ("tissue.neutrophils", 1.549e10, "cell", 4.0),
    ("tissue.dendritic", 3.577e6, "cell", 13.62),
    ("tissue.macrophages", 1.471e7, "cell", 14.21),
    ("tissue.th1", 1.023e7, "cell", 22.0),
    ("tissue.ctl", 1.381e7, "cell", 19.25),
    ("tissue.treg", 4.587e6, "cell", 24.29),
    ("tnf", 24.02, "pg/mL", 14.92),
    ("il6", 18.16, "pg/mL", 14.75),
    ("il1b", 17.37, "pg/mL", 14.67),
    ("ifn_alpha", 292.3, "pg/mL", 13.67),
    ("ifn_gamma", 91.33, "pg/mL", 19.33),
    ("il2", 45.24, "pg/mL", 14.5),
    ("il12", 4.806, "pg/mL", 13.96),
    ("il10", 16.62, "pg/mL", 24.33),
    ("gmcsf", 16.32, "pg/mL", 14.42),
    ("crp", 223.6, "mg/L", 15.0),
)

SCENARIO = Scenario(
    key="influenza-like",
    title="A respiratory virus in healthy lungs",
    doc=__doc__,
    models=("tissue",),
    challenges=(Challenge(0.0, "virus", 1e6),),
    days=40.0,
    shown=(
        "tissue.virus",
        "tissue.infected",
        "tissue.neutrophils",
        "tissue.ctl",
        "tnf",
        "il6",
        "ifn_alpha",
        "ifn_gamma",
        "crp",
    ),
    sources={"again": RUN_AGAIN},
    settle_days=500.0,
    note=CRP_NOTE,
    checks=(
        *(Check(series, "start", value, unit, 0.01, AGAIN) for series, value, unit in REST),
        *(Check(series, "max", value, unit, 0.01, AGAIN) for series, value, unit, _ in PEAKS),
        *(Check(series, "day_of_max", day, "day", 0.1, AGAIN, absolute=True) for series, _, _, day in PEAKS),
        Check("tissue.at2", "min", 2.815e10, "cell", 0.001, AGAIN),
        Check("tissue.at2", "day_of_min", 6.38, "day", 0.1, AGAIN, absolute=True),
        Check("tissue.virus", "at", 1e4, "1/mL", 0.05, AGAIN, day=15.355),
    ),
)
