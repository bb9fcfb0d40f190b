"""1e9 copies/mL of a virus that neither enters cells nor is shed: an antigen that only decays.

It is sensed by the logarithm of its amount, so that a larger dose acts mostly by staying longer (12 h for each e-fold).
The numbers to be met come from the published code with shedding and entry set to 0, run with the LSODA of SciPy.
"""

from titer.library.scenarios._tissue import CRP_NOTE
from titer.library.sources import RUN_AGAIN
from titer.model import Challenge, Check, Scenario

AGAIN = "again: code of Rao 2023, A_V = k_int = 0, 1e9 copies/mL"

SCENARIO = Scenario(
    key="killed-virus",
    title="A virus that cannot replicate",
    doc=__doc__,
    models=("tissue",),
    challenges=(Challenge(0.0, "virus", 1e9),),
    days=40.0,
    shown=("tissue.virus", "tissue.dendritic", "tissue.ctl", "il6", "ifn_gamma", "crp"),
    sources={"again": RUN_AGAIN},
    settle_days=500.0,
    note=CRP_NOTE,
    changed={"tissue.shedding": 0.0, "tissue.entry": 0.0},
    checks=(
        Check("tissue.virus", "at", 1e4, "1/mL", 0.01, AGAIN, day=5.762),
        Check("ifn_gamma", "max", 12.77, "pg/mL", 0.01, AGAIN),
        Check("il6", "max", 5.058, "pg/mL", 0.01, AGAIN),
        Check("crp", "max", 97.98, "mg/L", 0.01, AGAIN),
    ),
)
