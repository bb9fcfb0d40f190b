"""Every protocol of the library by the name that commands, results and pages use."""

from titer.clinic.combine import combine, without
from titer.clinic.protocol import Protocol, StartRule
from titer.library.rules import (
    dexamethasone,
    lenalidomide_del5q,
    lenalidomide_eu,
    lenalidomide_maintenance,
    lenalidomide_trials,
    lenalidomide_us,
    pomalidomide,
    support,
    thalidomide,
)

US = combine("lenalidomide and dexamethasone US", lenalidomide_us.US, dexamethasone.US)
EU = combine("lenalidomide and dexamethasone EU", lenalidomide_eu.EU, dexamethasone.EU)
EU_NEWER = combine("lenalidomide and dexamethasone EU, newer text", lenalidomide_eu.EU_NEWER, dexamethasone.EU)
NEVER_ACT = Protocol("never act", (), (), lenalidomide_us.CALENDAR)

# Trials gave everybody the planned dose; their results are compared with these.
US_PLANNED_START = without(US, kinds=(StartRule,), name=f"{US.name}, planned start")
EU_PLANNED_START = without(EU, kinds=(StartRule,), name=f"{EU.name}, planned start")

PROTOCOLS = {
    "us-label": US,
    "eu-label": EU,
    "none": NEVER_ACT,
    "us-label-planned-start": US_PLANNED_START,
    "eu-label-planned-start": EU_PLANNED_START,
    "eu-label-newer": EU_NEWER,
    "maintenance-us": lenalidomide_maintenance.US,
    "maintenance-eu": lenalidomide_maintenance.EU,
    "del5q-us": lenalidomide_del5q.US,
    "del5q-eu": lenalidomide_del5q.EU,
    "lymphoma": lenalidomide_trials.LYMPHOMA,
    "mpr": lenalidomide_trials.MPR_TRIAL,
    "pomalidomide-us": combine("pomalidomide and dexamethasone US", pomalidomide.US, dexamethasone.US),
    "pomalidomide-eu": combine("pomalidomide and dexamethasone EU", pomalidomide.EU, dexamethasone.EU),
    "kaposi-us": pomalidomide.KAPOSI,
    "thalidomide-us": thalidomide.US,
    "thalidomide-eu": thalidomide.EU,
    "us-label-g-csf": combine(f"{US.name}, G-CSF as in MPR", US, support.GROWTH_FACTOR),
    "us-label-aspirin": combine(f"{US.name}, aspirin", US, support.ASPIRIN),
}
