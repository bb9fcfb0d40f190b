"""Declared populations and the patients sampled from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titer.errors import InputError, ModelError, TiterError, nearest
from titer.model.declare import STATUSES, Source, Status
from titer.model.names import Names
from titer.patients.cohort import Cohort
from titer.patients.correlation import correlate, factor_of
from titer.patients.distributions import Distribution
from titer.patients.streams import normal

# Weight, height, surface, creatinine (which clearance is divided by), and what a patient with this disease always has.
NEVER_ZERO = ("kg", "cm", "m^2", "mg/dL", "g/L", "10^9/L")


@dataclass(frozen=True)
class SampledCovariate:
    """One property of a patient and how it is spread, with the home of its numbers.

    Args:
        name: one word; models read it by this name.
        unit: "" for words and plain numbers.
        meaning: one line; that of a yes or no says what 1 is and begins with it ("1 for women").
        distribution: see `titer.patients.distributions`; its numbers may be functions of covariates declared before.
        at: place in a source, "key: Table 1", or "definition".
        status: as for a parameter of a model.
        note: anything a reader must know.
    """

    name: str
    unit: str
    meaning: str
    distribution: Distribution
    at: str
    status: Status
    note: str = ""


@dataclass(frozen=True)
class PopulationModel:
    """A declared population.

    Args:
        name: as on the command line, "relapsed-myeloma".
        title: one line.
        doc: the file's docstring.
        sources: key → source.
        covariates: in the order in which they are sampled; a function reads only those before it.
        correlations: (covariate, covariate, correlation of the underlying normals): a Gaussian copula.

    Raises:
        ModelError: no source, an unknown status or source, a name twice, impossible numbers or correlations.
    """

    name: str
    title: str
    doc: str
    sources: Mapping[str, Source]
    covariates: tuple[SampledCovariate, ...]
    correlations: tuple[tuple[str, str, float], ...] = ()

    def __post_init__(self) -> None:
        names = [covariate.name for covariate in self.covariates]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ModelError(f"population '{self.name}' declares {doubled} more than once", right="each name once")
        for covariate in self.covariates:
            _check_covariate(self, covariate)
        factor_of(_drawn(self), self.correlations, f"population '{self.name}'")

    def covariate(self, name: str) -> SampledCovariate:
        """The covariate of that name.

        Raises:
            ModelError: the population has none of that name.
        """
        for covariate in self.covariates:
            if covariate.name == name:
                return covariate
        known = [covariate.name for covariate in self.covariates]
        raise ModelError(f"population '{self.name}' has no covariate '{name}'", hint=nearest(name, known))


def sample(
    population: PopulationModel, seed: int, patient_ids: ArrayLike, fixed: Mapping[str, float] | None = None
) -> Cohort:
    """Virtual patients of a population.

    Each covariate is drawn from a stream of its own, named after it. So a covariate added to a population shifts no
    other, and patient 17 has the same luck in each population and in a cohort of any size.

    Args:
        population: what to sample.
        seed: whole number from 0.
        patient_ids: patient numbers, each once. Shape (n_patients,).
        fixed: covariate → value that every patient has instead; covariates that depend on it follow.

    Returns:
        All declared covariates, in the declared units.

    Raises:
        ModelError: a function of covariates failed, or gave a value that is not finite; an unknown covariate is fixed.
        InputError: a fixed value is not a finite number.

    Example:
        >>> from titer.patients.distributions import Normal
        >>> weight = SampledCovariate("weight", "kg", "body weight", Normal(75.0, 12.0), "made: up", "assumed")
        >>> people = PopulationModel("people", "", "", {"made": Source("a doctest")}, (weight,))
        >>> bool(sample(people, 1, [17]).column("weight") == sample(people, 1, range(50)).column("weight")[17])
        True
    """
    ids, given_values = np.asarray(patient_ids), _check_fixed(population, fixed or {})
    names = _drawn(population)
    independent = {name: normal(seed, ids, f"covariate:{name}", 1)[:, 0] for name in names}
    z = correlate(independent, names, population.correlations, f"population '{population.name}'")
    columns: dict[str, NDArray[Any]] = {}
    for covariate in population.covariates:
        if covariate.name in given_values:
            columns[covariate.name] = np.full(len(ids), given_values[covariate.name])
            continue
        given = z[covariate.name] if covariate.distribution.drawn else np.zeros(len(ids))
        columns[covariate.name] = _values(population, covariate, given, columns, ids)
    return Cohort(ids, columns, {covariate.name: covariate.unit for covariate in population.covariates})


def _check_fixed(population: PopulationModel, fixed: Mapping[str, float]) -> dict[str, float]:
    for name, value in fixed.items():
        covariate = population.covariate(name)  # refuses a name that the population does not have
        if not np.isfinite(value):
            raise InputError(f"covariate '{name}' is fixed at {value}", right="a finite number")
        _check_possible(covariate, float(value))
    return {name: float(value) for name, value in fixed.items()}


def _check_possible(covariate: SampledCovariate, value: float) -> None:
    """What has a unit is an amount, and no amount of a body is negative; nobody weighs or measures nothing."""
    wrong = f"covariate '{covariate.name}' is fixed at {value:g} {covariate.unit}".rstrip()
    if covariate.unit in NEVER_ZERO and value <= 0:
        raise InputError(wrong, right=f"more than 0 {covariate.unit}")
    if value < 0:
        raise InputError(wrong, right=f"0 {covariate.unit} or more".replace("0  ", "0 "))
    if covariate.meaning.startswith("1 ") and value > 1:
        raise InputError(wrong, right="0 for no, 1 for yes, or a share between them")


def _drawn(population: PopulationModel) -> tuple[str, ...]:
    return tuple(covariate.name for covariate in population.covariates if covariate.distribution.drawn)


def _values(population: PopulationModel, covariate: SampledCovariate, z, columns, ids) -> NDArray[Any]:
    where = f"population '{population.name}', covariate '{covariate.name}'"
    try:
        values = covariate.distribution.values(z, Names(columns, "covariate declared before this one", where))
    except TiterError as reason:
        raise ModelError(reason.what, where=reason.where or where, right=reason.right, hint=reason.hint) from None
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        first = int(np.flatnonzero(~np.isfinite(values))[0])
        raise ModelError(f"the value is {values[first]}", where=f"{where}, patient {ids[first]}", right="finite values")
    return values


def _check_covariate(population: PopulationModel, covariate: SampledCovariate) -> None:
    where = f"population '{population.name}', covariate '{covariate.name}'"
    if not covariate.name.isidentifier():
        raise ModelError(f"'{covariate.name}' is not a name", where=where, right="letters, digits and _")
    if covariate.status not in STATUSES:
        raise ModelError(
            f"status '{covariate.status}' is not known", where=where, hint=nearest(covariate.status, STATUSES)
        )
    if not covariate.at:
        raise ModelError("no place in a source", where=where, right="at='key: Table 1' or at='definition'")
    key = covariate.at.split(":")[0]
    if covariate.at != "definition" and key not in population.sources:
        raise ModelError(f"source '{key}' is not declared", where=where, hint=nearest(key, population.sources or [""]))
    try:
        covariate.distribution.check()
    except ModelError as reason:
        raise ModelError(reason.what, where=where, right=reason.right, hint=reason.hint) from None
