"""Neutrophils in suspension at the critical concentration, growth over killing: bacteria neither grow nor fall.

With half as many, bacteria double in 2.9 h; with twice as many they halve in 1.4 h, whatever their number.
"""

from titer.library.sources import LI_2002
from titer.model import Challenge, Check, Scenario

SCENARIO = Scenario(
    key="critical-neutrophils",
    title="Bacteria and neutrophils in suspension, in balance",
    doc=__doc__,
    models=("bacterium",),
    challenges=(Challenge(0.0, "bacteria", 1e4),),
    days=0.25,
    shown=("bacterium.bacteria", "bacterium.neutrophils", "bacterium.critical"),
    sources={"li": LI_2002},
    step_h=0.1,
    changed={"bacterium.resting_neutrophils": 4e5},
    checks=(
        Check("bacterium.critical", "start", 4e5, "cell/mL", 0.001, "li: abstract, 3-4e5 per mL; g/k of its rates"),
        Check("bacterium.bacteria", "end", 1e4, "CFU/mL", 0.01, "li: abstract, neither grows nor falls at g/k"),
    ),
)
