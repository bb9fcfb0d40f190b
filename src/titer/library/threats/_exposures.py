"""What patients meet outside the clinic: bacteria that get past skin and mucosa.

Assumed:  both numbers, since no count was found: about two encounters a month, each with an amount that a healthy host
          clears without noticing.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import TITER
from titer.model import Parameter
from titer.patients.exposure import Exposure

# fmt: off
BACTERIA = Exposure(
    name="bacteria",
    agent="threat",
    rate=Parameter("rate", 0.07, "1/day", "encounters with bacteria that get past a barrier", "titer: about twice a month", "assumed"),
    amount=Parameter("amount", 100.0, "1/mL", "bacteria in the tissue after an encounter, median", "titer: the smallest amount that the critical-neutrophil law was tried with (CFU/mL)", "assumed", cv=1.0),
    sources={"titer": TITER},
)
# fmt: on
