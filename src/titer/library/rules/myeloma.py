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

# Of patients with an immune core (immune/illness.py): the first that lasts an hour, of fatigue a day and its night
ILLNESSES = (
    WatchedEvent("fever", "illness.fever_h", threshold=1.0),
    WatchedEvent("febrile_neutropenia", "illness.febrile_neutropenia_h", threshold=1.0),
    WatchedEvent("flu_like", "illness.flu_like_h", threshold=1.0),
    WatchedEvent("fatigue", "illness.fatigue_h", threshold=24.0),
)
CLINIC_WITH_ILLNESSES = replace(CLINIC, events=(*EVENTS, *ILLNESSES), exposures=(BACTERIA,))
