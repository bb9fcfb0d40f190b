"""How patients with myeloma on lenalidomide are looked after, unless a comparison says otherwise."""

from dataclasses import replace

from titer.clinic.course import ClinicPlan, WatchedEvent
from titer.library.rules.assays import ASSAYS
from titer.library.rules.imwg import IMWG_2016
from titer.library.rules.protocols import PROTOCOLS
from titer.library.threats._exposures import BACTERIA

EVENTS = (
    WatchedEvent("vte", "vte.cumulative_hazard"),
    WatchedEvent("death", "death.cumulative_hazard", terminal=True),
)
CLINIC = ClinicPlan(PROTOCOLS["us-label"], ASSAYS, IMWG_2016, EVENTS)

# Of patients with an immune core: the first fever that lasts an hour, with and without neutropenia (immune/illness.py)
FEVERS = (
    WatchedEvent("fever", "illness.fever_h", threshold=1.0),
    WatchedEvent("febrile_neutropenia", "illness.febrile_neutropenia_h", threshold=1.0),
)
CLINIC_WITH_FEVERS = replace(CLINIC, events=(*EVENTS, *FEVERS), exposures=(BACTERIA,))
