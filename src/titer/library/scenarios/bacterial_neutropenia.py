"""The same bacteria where a tenth of the neutrophils is made: they are not cleared within 10 days.

They settle at a level whose danger calls just enough neutrophils to hold them. The numbers to be met were printed with
two digits (peak 1.4e5 CFU/mL, IL-6 5.8 pg/mL) and three (CRP 104 mg/L): half of the last digit is the tolerance.
"""

from titer.library.scenarios._tissue import CRP_NOTE
from titer.library.sources import RUN_AGAIN
from titer.model import Challenge, Check, Scenario

AGAIN = "again: law of Li 2002 joined to the code of Rao 2023"

SCENARIO = Scenario(
    key="bacterial-neutropenia",
    title="Bacteria in the tissue of a neutropenic host",
    doc=__doc__,
    models=("tissue", "bacterium"),
    challenges=(Challenge(0.0, "bacteria", 100.0),),
    days=10.0,
    shown=("bacterium.bacteria", "bacterium.neutrophils", "il6", "crp"),
    sources={"again": RUN_AGAIN},
    settle_days=500.0,
    note=CRP_NOTE,
    changed={"tissue.a_n": 7.93543e9},
    checks=(
        Check("bacterium.bacteria", "max", 1.4e5, "CFU/mL", 0.036, AGAIN),
        Check("il6", "max", 5.8, "pg/mL", 0.05, AGAIN, absolute=True),
        Check("crp", "max", 104.0, "mg/L", 0.5, AGAIN, absolute=True),
    ),
)
