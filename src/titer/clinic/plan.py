"""How a cohort is looked after: everything that is neither the drug nor the patient."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

from titer.clinic.assay import Assay
from titer.clinic.attendance import Attendance
from titer.clinic.protocol import Protocol, SupportRule
from titer.clinic.response import ResponseCriteria
from titer.dosing.regimen import Component, Regimen
from titer.errors import InputError
from titer.patients.exposure import Exposure

AfterProgression = Literal["end", "follow"] | Regimen
BLOOD_COUNT = ("anc", "platelets", "haemoglobin")
M_PROTEIN = "m_protein"


class End(IntEnum):
    """Why treatment or observation ended."""

    COMPLETED = 0
    PROGRESSION = 1
    EVENT = 2
    FAILED = 3
    WITHDRAWN = 4
    TOXICITY = 5  # ends treatment, never observation


@dataclass(frozen=True)
class WatchedEvent:
    """An event that happens when a state reaches a threshold: a cumulative hazard the patient's own draw.

    Args:
        name: of the event; the draw has purpose "event:<name>".
        state: in the system, e.g. "vte.cumulative_hazard".
        terminal: whether it ends everything (death).
        threshold: of a state that is no hazard, the same for everybody and in its unit; None to draw it.
    """

    name: str
    state: str
    terminal: bool = False
    threshold: float | None = None


@dataclass(frozen=True)
class ClinicPlan:
    """How a cohort is looked after; everything that is not the drug or the patient.

    Args:
        protocol: visits and rules.
        assays: of the laboratory, one per test.
        criteria: of response.
        events: that are watched for.
        exposures: what patients meet by chance meanwhile.
        stop_at_progression: whether therapy ends when progression is known.
        confirm: whether response and progression need a second assessment.
        day_to_day: whether reported values scatter from day to day as well as from analysis to analysis.
        exact: whether the laboratory reports true values.
        attendance: missed visits and doses, and when blood is drawn.
        after_progression: "end": nobody is looked at any more; "follow": no drug, but followed to the end or to death;
            a regimen: it begins on that day, under the same protocol, and ends at the next progression.

    Raises:
        InputError: something is planned after a progression that ends nothing.
    """

    protocol: Protocol
    assays: tuple[Assay, ...]
    criteria: ResponseCriteria
    events: tuple[WatchedEvent, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    stop_at_progression: bool = True
    confirm: bool = True
    day_to_day: bool = True
    exact: bool = False
    attendance: Attendance = field(default_factory=Attendance)
    after_progression: AfterProgression = "end"

    def __post_init__(self) -> None:
        after = self.after_progression
        if not isinstance(after, Regimen) and after not in ("end", "follow"):
            raise InputError(f"after progression comes {after!r}", right="'end', 'follow' or a regimen")
        if after != "end" and not self.stop_at_progression:
            raise InputError(
                "something is planned for the time after progression, which does not end the therapy here",
                right="stop_at_progression=True, or after_progression='end'",
            )


def lines_of(regimen: Regimen, plan: ClinicPlan) -> tuple[Regimen, ...]:
    """The regimen, and that of a crossover where there is one."""
    after = plan.after_progression
    return (regimen, after) if isinstance(after, Regimen) else (regimen,)


def further_components(regimen: Regimen, plan: ClinicPlan) -> tuple[Component, ...]:
    """What can be given besides the regimen: the crossover's components, then the supportive treatments.

    Bodies must know them: components of doses count through those of the regimen and these.
    """
    lines = lines_of(regimen, plan)
    drugs = tuple(dict.fromkeys(drug for line in lines for drug in line.drugs))
    supports = plan.protocol.for_drugs(drugs).of_kind(SupportRule)
    return (*(c for line in lines[1:] for c in line.components), *(rule.give for rule in supports))
