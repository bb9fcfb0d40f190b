"""The parameters of each patient: typical value, covariates, and the patient's own deviation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titer.errors import InputError, ModelError, UnitError, nearest
from titer.model.declare import Covariate, Model
from titer.model.names import Names
from titer.model.system import System
from titer.patients.cohort import Cohort
from titer.patients.correlation import correlate
from titer.patients.streams import normal

Floats = NDArray[np.float64]
Overrides = Mapping[str, ArrayLike]


@dataclass(frozen=True)
class Defaulted:
    """A covariate that the cohort does not have, and the value that stood in for everybody."""

    model: str
    covariate: str
    value: float
    unit: str


@dataclass(frozen=True, eq=False)
class Individuals:
    """Parameters of each patient, with what had to be assumed.

    Args:
        values: shape (n_patients, n_parameters), in the order of `names` and in the units of the models.
        names: flat names, as `System.parameters`.
        defaulted: covariates of the models that the cohort does not have.
    """

    values: Floats
    names: tuple[str, ...]
    defaulted: tuple[Defaulted, ...]


def individual_parameters(system: System, cohort: Cohort, seed: int, *, overrides: Overrides | None = None) -> Floats:
    """As `sample_individuals`, the values alone. Shape (n_patients, n_parameters)."""
    return sample_individuals(system, cohort, seed, overrides=overrides).values


def sample_individuals(
    system: System, cohort: Cohort, seed: int, *, overrides: Overrides | None = None, spread: bool = True
) -> Individuals:
    """Parameters of each patient of a cohort.

    Typical value, or what the model's `individual` makes of it with the patient's covariates; times exp(eta) where the
    spread is log-normal, plus eta where it is normal. Each eta has a stream of its own, named after model key and
    parameter, so a parameter that begins to vary shifts no other; correlations mix those draws and leave each one's
    spread as it is.

    Args:
        system: assembled models.
        cohort: patients; a covariate is converted to the model's unit.
        seed: whole number from 0.
        overrides: flat name → value for all or one each. Replaces covariates and spread; relations that read the
            parameter see the new value too.
        spread: False gives each patient the typical value for the covariates.

    Raises:
        InputError: an override of an unknown parameter, a covariate in a unit of another dimension.
        ModelError: a covariate relation that reads or returns an unknown name, or a value that is not finite.

    Accuracy: the same bits for a patient in any cohort (tests/test_population_individuals.py).
    Source: definition; log-normal spread as Model.individual and Parameter declare it.
    """
    fixed = _check_overrides(system, cohort, overrides or {})
    values = np.tile(system.typical(), (len(cohort), 1))
    defaulted: list[Defaulted] = []
    for model in system.models:
        c, missing = _covariates(model, cohort)
        defaulted += missing
        columns = _typical_values(model, c, fixed, len(cohort))
        if spread:
            _add_spread(model, columns, cohort, seed)
        for parameter in model.free_parameters:
            values[:, system.parameter_index(f"{model.key}.{parameter.name}")] = columns[parameter.name]
    for name, value in fixed.items():
        values[:, system.parameter_index(name)] = value
    _check_finite(values, system, cohort)
    return Individuals(values, system.parameters, tuple(defaulted))


def _check_overrides(system: System, cohort: Cohort, overrides: Overrides) -> dict[str, Any]:
    """Overrides as one number, or one per patient."""
    fixed: dict[str, Any] = {}
    for name, value in overrides.items():
        if name not in system.parameters:
            _refuse_name(system, name)
        array = np.asarray(value)
        if array.dtype.kind not in "biuf" or not np.isfinite(array).all():
            raise InputError(f"the override of '{name}' is {value!r}", right="finite numbers")
        if array.shape not in ((), (len(cohort),)):
            raise InputError(
                f"the override of '{name}' has shape {array.shape}",
                right=f"one number, or {len(cohort)}, one per patient",
            )
        if _is_amount(system.units[name]) and (array < 0).any():
            raise InputError(f"the override of '{name}' is {value!r} {system.units[name]}", right="0 or more")
        fixed[name] = float(array) if array.shape == () else array.astype(np.float64)
    return fixed


def _is_amount(unit: str) -> bool:
    """Whether it is the unit of an amount, a rate or a time: plain numbers may be negative, those may not."""
    return unit not in ("", "1")


def _refuse_name(system: System, name: str) -> None:
    structural = {f"{m.key}.{p.name}" for m in system.models for p in m.parameters if p.structural}
    if name in structural:
        raise InputError(
            f"'{name}' belongs to the form of the equations and cannot be set for a run",
            hint="change it in a model file of your own",
        )
    raise InputError(f"there is no parameter '{name}' to override", hint=nearest(name, system.parameters))


def _covariates(model: Model, cohort: Cohort) -> tuple[dict[str, NDArray[Any]], list[Defaulted]]:
    """Covariates that the model reads, in its units, and those that fell back to their default."""
    values, defaulted = {}, []
    for covariate in model.covariates:
        if covariate.name in cohort.columns:
            values[covariate.name] = _in_model_unit(model, covariate, cohort)
        else:
            values[covariate.name] = np.full(len(cohort), float(covariate.default))
            defaulted.append(Defaulted(model.name, covariate.name, covariate.default, covariate.unit))
    return values, defaulted


def _in_model_unit(model: Model, covariate: Covariate, cohort: Cohort) -> NDArray[Any]:
    column, unit = cohort.column(covariate.name), cohort.units[covariate.name]
    where = f"model '{model.name}', covariate '{covariate.name}'"
    if column.dtype.kind == "U":
        if covariate.unit:
            raise InputError(
                f"the covariate holds words such as '{column[0]}'", where=where, right=f"in {covariate.unit}"
            )
        return column
    column = column.astype(np.float64)
    if not np.isfinite(column).all():
        first = int(np.flatnonzero(~np.isfinite(column))[0])
        raise InputError(
            f"the value is {column[first]}", where=f"{where}, patient {cohort.ids[first]}", right="a number"
        )
    return column if unit == covariate.unit else column * _factor(unit, covariate.unit, where)


def _factor(source: str, target: str, where: str) -> float:
    from titer.units import conversion  # loads Pint, only needed where the texts differ

    try:
        return conversion(source or "1", target or "1")
    except UnitError as reason:
        raise UnitError(reason.what, where=where, right=reason.right, hint=reason.hint) from None


def _typical_values(model: Model, c: dict[str, NDArray[Any]], fixed: dict[str, Any], n: int) -> dict[str, Floats]:
    """Every parameter of a model for patients with these covariates. Shape (n_patients,) each."""
    typical: dict[str, Any] = {p.name: fixed.get(f"{model.key}.{p.name}", p.value) for p in model.parameters}
    where = f"individual values of model '{model.name}'"
    if model.individual is not None:
        with np.errstate(all="ignore"):  # what is not finite is reported with the patient's number
            changed = model.individual(Names(typical, "parameter", where), Names(c, "covariate", where))
        for name in changed:
            model.parameter(name)  # refuses a name that the model does not have
        typical |= changed
    return {name: _one_each(value, n, f"{where}, '{name}'") for name, value in typical.items()}


def _one_each(value: Any, n: int, where: str) -> Floats:
    array = np.asarray(value, np.float64)
    if array.shape not in ((), (n,)):
        raise ModelError(
            f"the value has shape {array.shape}", where=where, right=f"one number, or {n}, one per patient"
        )
    return np.array(np.broadcast_to(array, (n,)))


def _add_spread(model: Model, columns: dict[str, Floats], cohort: Cohort, seed: int) -> None:
    """Move each parameter that varies away from its typical value, in place."""
    varying = [parameter for parameter in model.parameters if parameter.varies]
    draws = {p.name: normal(seed, cohort.ids, f"eta:{model.key}.{p.name}", 1)[:, 0] for p in varying}
    mixed = correlate(draws, [p.name for p in varying], model.correlations, f"model '{model.name}'")
    for parameter in varying:
        if parameter.sd:
            columns[parameter.name] += parameter.sd * mixed[parameter.name]
        else:
            columns[parameter.name] *= np.exp(parameter.log_sd * mixed[parameter.name])


def _check_finite(values: Floats, system: System, cohort: Cohort) -> None:
    if np.isfinite(values).all():
        return
    row, column = np.argwhere(~np.isfinite(values))[0]
    raise ModelError(
        f"parameter '{system.parameters[column]}' is {values[row, column]}",
        where=f"patient {cohort.ids[row]}",
        right="a finite number",
        hint="look at the covariates of this patient and at the model's covariate relation",
    )
