"""100 CFU/mL of a bacterium in healthy lungs: danger calls neutrophils, and they clear it in less than a day.

Resting tissue holds a tenth of the critical concentration of neutrophils, so that bacteria grow at first. Cleared means
less than 1 CFU/mL. The number to be met is a day printed with two digits, 0.59; bacteria fall by 7% in 0.005 days then.
"""

from titer.library.scenarios._tissue import CRP_NOTE
from titer.library.sources import RUN_AGAIN
from titer.model import Challenge, Check, Scenario

AGAIN = "again: law of Li 2002 joined to the code of Rao 2023"

SCENARIO = Scenario(
    key="bacterial-clearance",
    title="Bacteria in the tissue of a healthy host",
    doc=__doc__,
    models=("tissue", "bacterium"),
    challenges=(Challenge(0.0, "bacteria", 100.0),),
    days=10.0,
    shown=("bacterium.bacteria", "bacterium.neutrophils", "il6", "crp"),
    sources={"again": RUN_AGAIN},
    settle_days=500.0,
    note=CRP_NOTE,
    step_h=0.1,
    checks=(
        Check("bacterium.bacteria", "at", 1.0, "CFU/mL", 0.07, AGAIN, day=0.59),
        Check("bacterium.bacteria", "end", 0.0, "CFU/mL", 1e-3, AGAIN, absolute=True),
    ),
)
