"""A finished run read back: arm by arm and chunk by chunk, so that memory does not grow with the number of patients.

The parts of one number hold the same patients in every table. A batch is what they say of one arm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titer.errors import InputError, TiterError, nearest
from titer.library import drugs, read_regimen
from titer.trials.columns import Columns, Words, decode_groups
from titer.trials.stored import part_files, read_manifest, tables

EVERYONE = "patients"  # the table that has one row for each patient and arm
ANALYSIS = "analysis"  # of a trial: the same endpoints as of its data cut


@dataclass(frozen=True)
class Results:
    """A finished folder of results.

    Args:
        folder: as `titer compare --out` or `titer trial --out` makes it.

    Raises:
        InputError: the run did not finish, or its manifest is damaged.
    """

    folder: Path
    manifest: Mapping[str, Any] = field(repr=False)
    tables: tuple[str, ...]

    @classmethod
    def open(cls, folder: str | Path) -> Results:
        """Read the manifest and see which tables there are."""
        return cls(Path(folder), read_manifest(folder), tables(folder))

    @cached_property
    def parts(self) -> Mapping[str, Mapping[str, Path]]:
        """Chunk (the number in the file's name) → table → its part, in order of chunks."""
        found: dict[str, dict[str, Path]] = {}
        for table in self.tables:
            for path in part_files(self.folder, table):
                found.setdefault(path.stem, {})[table] = path
        return dict(sorted(found.items()))

    @cached_property
    def arms(self) -> Mapping[str, str]:
        """Arm → regimen, in the order in which the run has them; read from the table of patients."""
        found: dict[str, str] = {}
        for chunk in self.parts.values():
            for group in decode_groups(chunk[EVERYONE], ["arm", "regimen"]):
                pairs = dict(zip(group["arm"].texts(), group["regimen"].texts(), strict=True))
                found |= {arm: regimen for arm, regimen in pairs.items() if arm not in found}
        return found

    def batches(self, arms: Sequence[str] | None = None) -> Iterator[Batch]:
        """Every arm, one after another, each in chunks of patients in increasing order.

        Args:
            arms: which; None for all.

        Raises:
            InputError: there is no such arm.
        """
        for arm in arms or self.arms:
            self.check_arm(arm)
            for chunk in self.parts.values():
                batch = Batch(arm, self.arms[arm], chunk)
                if len(batch.patients):
                    yield batch

    def need(self, *names: str) -> None:
        """Refuse a run that lacks one of these tables."""
        for name in names:
            if name not in self.tables:
                raise InputError(
                    f"the run keeps no table '{name}'",
                    where=str(self.folder),
                    right="a run with all its tables",
                    hint="a repeated trial keeps what its endpoint needs; run it once",
                )

    def check_arm(self, arm: str) -> None:
        """Refuse an arm that the run does not have."""
        if arm not in self.arms:
            raise InputError(f"the results have no arm '{arm}'", where=str(self.folder), hint=nearest(arm, self.arms))

    def chunk_of(self, patient: int) -> Mapping[str, Path]:
        """The parts that hold a patient.

        Raises:
            InputError: nobody in the run has this number; the range of numbers is told.
        """
        numbers: list[int] = []
        for chunk in self.parts.values():
            own = np.concatenate([group["patient"] for group in decode_groups(chunk[EVERYONE], ["patient"])])
            if (own == patient).any():
                return chunk
            numbers += [int(own.min()), int(own.max())] if len(own) else []
        told = f"a number from {min(numbers)} to {max(numbers)}" if numbers else "a run with patients"
        raise InputError(f"there is no patient {patient} in the run", where=str(self.folder), right=told)


@dataclass(frozen=True)
class Batch:
    """The patients of one chunk in one arm.

    Args:
        arm, regimen: its name and its text.
        parts: table → file.
    """

    arm: str
    regimen: str
    parts: Mapping[str, Path] = field(repr=False)
    _read: dict[str, Columns] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def patients(self) -> NDArray[np.int64]:
        """Their numbers, increasing. Shape (n_patients,)."""
        return self.table(EVERYONE)["patient"]

    def table(self, name: str) -> Columns:
        """The arm's rows of a table: column → array or `Words`; read once, no row where the run lacks the table."""
        if name not in self._read:
            self._read[name] = _rows_of(self.parts[name], self.arm) if name in self.parts else {"patient": np.empty(0)}
        return self._read[name]

    def place(self, patients: ArrayLike) -> NDArray[np.int64]:
        """Place of each of these patients in `patients`. Same shape."""
        return np.searchsorted(self.patients, np.asarray(patients))

    def of_patient(self, patient: int, table: str) -> Columns:
        """The rows of one patient in a table, in the order in which they are stored."""
        columns = self.table(table)
        return take(columns, np.asarray(columns["patient"]) == patient)

    def column(self, table: str, name: str, absent: float = np.nan) -> NDArray:
        """A column of numbers or flags; where the table lacks it, `absent` on every row."""
        columns = self.table(table)
        return columns[name] if name in columns else np.full(len(columns["patient"]), absent)

    def outcome(self, name: str) -> NDArray:
        """An endpoint of each patient: as of the data cut in a trial, else of all follow-up. Shape (n_patients,).

        NaN where the run does not have it.
        """
        table = ANALYSIS if ANALYSIS in self.parts else EVERYONE
        values = np.asarray(self.column(table, name), float)
        return values[np.argsort(self.table(table)["patient"], kind="stable")]

    def words(self, table: str, name: str) -> NDArray[np.object_]:
        """A column of words; "" on every row where the table lacks it."""
        columns = self.table(table)
        if name not in columns:
            return np.full(len(columns["patient"]), "", object)
        column = columns[name]
        return column.texts() if isinstance(column, Words) else np.asarray(column, object)

    def units(self) -> NDArray[np.object_]:
        """Unit of each row of the table of doses: of its component in the regimen, else the drug's own (support)."""
        names, place = self.words("doses", "drug"), self.column("doses", "component", 0).astype(int)
        known = dose_units(self.regimen)
        own = np.array([*known, ""], object)[np.where(place < len(known), place, len(known))]
        if (own != "").all():
            return own
        of_drug = {dosing.drug: dosing.unit for model in drugs().values() for dosing in model.doses}
        return np.array([unit or of_drug.get(name, "") for unit, name in zip(own, names, strict=True)], object)


def dose_units(regimen: str) -> tuple[str, ...]:
    """Unit of the doses of each component of a regimen in words; none where the words are no longer understood.

    Example:
        >>> dose_units("lenalidomide 10 mg daily + dexamethasone 40 mg weekly")
        ('mg', 'mg')
    """
    try:
        return tuple(component.unit for component in read_regimen(regimen).components)
    except TiterError:
        return ()


def take(columns: Columns, rows: NDArray) -> Columns:
    """Some rows of a table, in the order given.

    Args:
        columns: column → array or `Words`.
        rows: places, or a mask.

    Example:
        >>> take({"day": np.array([0, 7, 14])}, np.array([2, 0]))["day"].tolist()
        [14, 0]
    """
    return {
        name: Words(np.asarray(column.codes)[rows], column.words) if isinstance(column, Words) else column[rows]
        for name, column in columns.items()
    }


def _rows_of(path: Path, arm: str) -> Columns:
    """The rows of an arm; all rows of a table that knows no arms (parameters are the same in each)."""
    groups = decode_groups(path)
    if "arm" in groups[0]:
        groups = [take(group, group["arm"].texts() == arm) for group in groups]
    kept = [group for group in groups if len(group["patient"])]
    return _joined(kept) if kept else groups[0]


def _joined(groups: Sequence[Columns]) -> Columns:
    if len(groups) == 1:
        return groups[0]
    joined: Columns = {}
    for name, first in groups[0].items():
        if isinstance(first, Words):
            texts, codes = np.unique(np.concatenate([g[name].texts() for g in groups]), return_inverse=True)
            joined[name] = Words(codes, texts.tolist())
        else:
            joined[name] = np.concatenate([group[name] for group in groups])
    return joined
