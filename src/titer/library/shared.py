"""Numbers that more than one model uses, each declared once; models bring the source under the same key."""

from __future__ import annotations

from titer.model import Parameter

# Used where prophylaxis is a covariate from the start (vte) and where it is begun later (thromboprophylaxis).
PROPHYLAXIS = Parameter(
    "prophylaxis", 0.6, "", "hazard ratio of any prophylaxis", "rates: 4.1 to 2.6 per 100 cycles", "derived"
)
