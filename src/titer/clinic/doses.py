"""Doses as columns, with the reason why each is what it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Reason(IntEnum):
    """Why a dose is what it is; where several things changed it, the last of them in this order."""

    PLANNED = 0
    STARTING_DOSE = 1  # less than planned from the start, or a planned day left out
    LOWERED = 2
    RAISED = 3
    ROUNDED = 4  # down to what capsules or tablets can make
    MISSED = 5
    HELD = 6
    STOPPED = 7
    SUPPORT = 8  # a supportive treatment

    @property
    def word(self) -> str:
        """As the tables write it.

        Example:
            >>> Reason.STARTING_DOSE.word
            'starting dose'
        """
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True)
class Doses:
    """Doses of some days, patient by patient and in order of time. Every array has shape (n_doses,).

    Args:
        row: place of the patient in the cohort.
        component, drug: place in the components and drugs of the run.
        minute: from the start of treatment.
        planned, given: amount in the component's unit; given is 0 while held.
        duration: minutes; 0 is a bolus or a tablet.
        reason: `Reason` codes.
    """

    row: NDArray[np.int64]
    component: NDArray[np.int32]
    drug: NDArray[np.int8]
    minute: NDArray[np.int64]
    planned: NDArray
    given: NDArray
    duration: NDArray[np.int32]
    reason: NDArray[np.int8]

    @classmethod
    def join(cls, parts: Sequence[Doses]) -> Doses:
        """Several sets as one; by patient, then time, then component, where there is more than one."""
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return no_doses()
        columns = {f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)}
        order = np.lexsort((columns["component"], columns["minute"], columns["row"]))
        return cls(**{name: column[order] for name, column in columns.items()})

    def columns(self) -> dict[str, NDArray]:
        """Everything but the row, as the ledger keeps it."""
        return {name: column for name, column in vars(self).items() if name != "row"}


def no_doses() -> Doses:
    """Nothing for anybody."""
    kinds = (np.int64, np.int32, np.int8, np.int64, float, float, np.int32, np.int8)
    return Doses(*(np.empty(0, kind) for kind in kinds))


def reason_words() -> tuple[str, ...]:
    """Of every `Reason`, in the order of their numbers."""
    return tuple(reason.word for reason in Reason)
