"""How patients with myeloma on lenalidomide are looked after, unless a comparison says otherwise."""

from titer.clinic.course import ClinicPlan, WatchedEvent
from titer.library.rules.assays import ASSAYS
from titer.library.rules.imwg import IMWG_2016
from titer.library.rules.protocols import PROTOCOLS

EVENTS = (
    WatchedEvent("vte", "vte.cumulative_hazard"),
    WatchedEvent("death", "death.cumulative_hazard", terminal=True),
)
CLINIC = ClinicPlan(PROTOCOLS["us-label"], ASSAYS, IMWG_2016, EVENTS)
