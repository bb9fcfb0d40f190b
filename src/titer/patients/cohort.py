"""A cohort: patient numbers and their covariates, column by column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titer.errors import InputError, nearest


@dataclass(frozen=True, eq=False)
class Cohort:
    """Virtual patients. Arrays are read-only; a changed cohort is a new one.

    Args:
        ids: patient numbers, 0 or more, each once. Shape (n_patients,), int64.
        columns: covariate → values, numbers or words. Shape (n_patients,) each.
        units: covariate → unit; "" for words and plain numbers.

    Raises:
        InputError: ids twice or negative, or a column of another length.

    Example:
        >>> cohort = Cohort([7, 8], {"weight": [70.0, 80.0]}, {"weight": "kg"})
        >>> cohort.take([1]).column("weight").tolist()
        [80.0]
    """

    ids: NDArray[np.int64]
    columns: Mapping[str, NDArray[Any]]
    units: Mapping[str, str]

    def __post_init__(self) -> None:
        ids = np.asarray(self.ids)
        if ids.ndim != 1 or (ids.size and (ids.dtype.kind not in "iu" or ids.min() < 0)):
            raise InputError(
                "patient numbers are not whole numbers from 0", right="one axis of whole numbers, 0 or more"
            )
        ids = ids.astype(np.int64)
        if len(np.unique(ids)) < len(ids):
            values, counts = np.unique(ids, return_counts=True)
            raise InputError(f"patient {values[counts > 1][0]} is in the cohort twice", right="each number once")
        columns = {name: np.array(column) for name, column in self.columns.items()}
        for name, column in columns.items():
            if column.shape != ids.shape:
                raise InputError(
                    f"column '{name}' has shape {column.shape}", right=f"{ids.shape}, one value per patient"
                )
        for array in (ids, *columns.values()):
            array.flags.writeable = False
        object.__setattr__(self, "ids", ids)
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "units", {name: self.units.get(name, "") for name in columns})

    def __len__(self) -> int:
        return len(self.ids)

    def column(self, name: str) -> NDArray[Any]:
        """Values of a covariate.

        Raises:
            InputError: the cohort has none of that name.
        """
        if name not in self.columns:
            raise InputError(f"the cohort has no covariate '{name}'", hint=nearest(name, self.columns or [""]))
        return self.columns[name]

    def take(self, which: ArrayLike) -> Cohort:
        """Some of the patients, by place or by a mask."""
        places = np.asarray(which)
        columns = {name: column[places] for name, column in self.columns.items()}
        return Cohort(self.ids[places], columns, self.units)

    def chunks(self, size: int) -> Iterator[Cohort]:
        """The cohort in pieces of at most `size` patients, in order."""
        for begin in range(0, len(self), size):
            yield self.take(np.arange(begin, min(begin + size, len(self))))

    def replace(self, **columns: ArrayLike) -> Cohort:
        """The same patients with some covariates set, one value for all or one each; units stay.

        Raises:
            InputError: the cohort has none of that name.
        """
        changed = {name: np.broadcast_to(value, self.column(name).shape) for name, value in columns.items()}
        return Cohort(self.ids, {**self.columns, **changed}, self.units)
