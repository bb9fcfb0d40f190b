"""What an ADaM dataset is, as data: its variables with label, type and derivation, checked when declared.

Names and labels follow the ADaM Implementation Guide 1.3, its documents on occurrences and times to events, and the
admiral and admiralonco packages where the guide leaves a name to the sponsor. The limits of 8 and 40 characters are
those of SAS version 5 transport files, which the guide keeps.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titer.errors import InputError
from titer.trials.columns import Columns, Words

if TYPE_CHECKING:
    from titer.interop.adam.study import Study
    from titer.trials.results import Batch

Kind = Literal["text", "integer", "float"]
LONGEST_NAME, LONGEST_LABEL = 8, 40
NAME = re.compile(r"[A-Z][A-Z0-9_]*")
NULL = -1  # code of a missing word


@dataclass(frozen=True)
class Variable:
    """One variable of a dataset.

    Args:
        name: up to 8 characters, capitals and digits.
        label: up to 40 characters.
        kind: of its values.
        origin: where it comes from: a column of the results, or how it is derived.
        key: place among the variables that identify a record, from 1; 0 for the others.

    Raises:
        InputError: a name or label that ADaM does not allow.
    """

    name: str
    label: str
    kind: Kind
    origin: str
    key: int = 0

    def __post_init__(self) -> None:
        if len(self.name) > LONGEST_NAME or not NAME.fullmatch(self.name):
            raise InputError(f"variable '{self.name}'", right="up to 8 capitals and digits, a capital first")
        if not 0 < len(self.label) <= LONGEST_LABEL:
            raise InputError(f"label '{self.label}' of {self.name}", right=f"1 to {LONGEST_LABEL} characters")


@dataclass(frozen=True)
class Dataset:
    """One dataset.

    Args:
        name, label: as ADaM has them.
        structure: what one record stands for.
        variables: in order.
        build: makes the records of a batch: columns by variable name, and `patient`, the number of each record's
            patient. Variables that it leaves out are missing on every record.
    """

    name: str
    label: str
    structure: str
    variables: tuple[Variable, ...]
    build: Callable[[Batch, Study], Columns]

    def __post_init__(self) -> None:
        names = [variable.name for variable in self.variables]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InputError(f"dataset {self.name} has {', '.join(twice)} twice", right="each variable once")


STUDYID = Variable("STUDYID", "Study Identifier", "text", "the study's name", key=1)
USUBJID = Variable("USUBJID", "Unique Subject Identifier", "text", "study, arm and patient", key=2)
SUBJID = Variable("SUBJID", "Subject Identifier for the Study", "text", "arm and patient")
VPATNO = Variable("VPATNO", "Virtual Patient Number", "integer", "patient; the same person in every arm")
ASEQ = Variable("ASEQ", "Analysis Sequence Number", "integer", "number of the record within the subject")
TREATMENT = (
    Variable("TRTP", "Planned Treatment", "text", "regimen"),
    Variable("TRTPN", "Planned Treatment (N)", "integer", "number of the arm, from 1"),
    Variable("TRTA", "Actual Treatment", "text", "regimen"),
    Variable("TRTAN", "Actual Treatment (N)", "integer", "number of the arm, from 1"),
)
POPULATION = (
    Variable("SAFFL", "Safety Population Flag", "text", "Y with at least one dose taken"),
    Variable(
        "ITTFL", "Intent-To-Treat Population Flag", "text", "Y for who is analysed: integrated, entered by the cut"
    ),
)
BEFORE = (STUDYID, USUBJID, SUBJID, VPATNO)
SHARED = (*BEFORE, ASEQ, *TREATMENT, *POPULATION)  # of every dataset with several records a subject


def chosen(codes: ArrayLike, words: list[str]) -> Words:
    """A word for each record by its place; -1 is missing."""
    return Words(np.asarray(codes, np.int32), words)


def flag(rows: ArrayLike) -> Words:
    """Y, or missing where it is not so.

    Example:
        >>> flag([True, False]).codes.tolist()
        [0, -1]
    """
    return chosen(np.where(np.asarray(rows, bool), 0, NULL), ["Y"])


def yes_no(rows: ArrayLike) -> Words:
    """Y or N."""
    return chosen(np.asarray(rows, bool), ["N", "Y"])


def encoded(texts: ArrayLike) -> Words:
    """Free texts as words; "" is missing."""
    words, codes = np.unique(np.asarray(texts, object).astype(str), return_inverse=True)
    kept = words.tolist()
    return chosen(np.where(words[codes] == "", NULL, codes) if kept else codes, kept)


def study_day(day: ArrayLike) -> NDArray:
    """The relative day of a time: the day of the first dose is 1, and there is no day 0. Missing stays NaN.

    Args:
        day: since the first dose, 0 at its moment.

    Source: ADaM Implementation Guide, --DY variables.

    Example:
        >>> study_day([0.0, 0.9, 7.0, -1.0]).tolist()
        [1.0, 1.0, 8.0, -1.0]
    """
    whole = np.floor(np.asarray(day, float))
    return np.where(whole >= 0, whole + 1, whole)


def stacked(blocks: list[Columns]) -> Columns:
    """Blocks of records one under the other; a column that a block lacks is missing there."""
    names = dict.fromkeys(name for block in blocks for name in block)
    return {name: _stacked_column(name, blocks) for name in names}


def _stacked_column(name: str, blocks: list[Columns]) -> NDArray | Words:
    lengths = [len(block["patient"]) for block in blocks]
    parts = [block.get(name) for block in blocks]
    first = next(part for part in parts if part is not None)
    if not isinstance(first, Words):
        return np.concatenate([np.full(n, np.nan) if p is None else p for n, p in zip(lengths, parts, strict=True)])
    words = list(dict.fromkeys(word for part in parts if part is not None for word in part.words))
    place = {word: code for code, word in enumerate(words)}
    codes = [_recoded(part, n, place) for n, part in zip(lengths, parts, strict=True)]
    return chosen(np.concatenate(codes), words)


def _recoded(part: Words | None, n: int, place: dict[str, int]) -> NDArray:
    if part is None:
        return np.full(n, NULL)
    return np.array([*(place[word] for word in part.words), NULL])[np.asarray(part.codes)]
