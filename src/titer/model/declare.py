"""The words a model is declared with. A model is data plus one function for its equations."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from titer.errors import ModelError, nearest
from titer.source import Source as Source

Status = Literal["estimated", "fixed", "derived", "digitised", "calibrated", "assumed"]
STATUSES: tuple[str, ...] = get_args(Status)
TIME_UNITS = {"day": 1.0, "h": 24.0}  # steps of the unit in one day
HANDLES = ("production", "loss", "effect")


@dataclass(frozen=True)
class Population:
    """The people behind the numbers."""

    description: str
    n: int | None = None
    at: str = ""


@dataclass(frozen=True)
class State:
    """A quantity that a rate changes. `start` is a number or the name of a parameter."""

    name: str
    unit: str
    meaning: str
    start: float | str = 0.0


@dataclass(frozen=True)
class Parameter:
    """One number with its home: unit, meaning, place in a source (`key: place`) and status.

    Spread between patients is log-normal, given as `cv` (coefficient of variation, 0.33 for 33%) or as `omega2`
    (variance of the logarithm); `sd` instead makes it normal, in the parameter's unit.

    A `structural` number belongs to the form of the equations (an exponent, a count): it is the same for everybody and
    is written into the kernel as a literal, so that a whole exponent costs multiplications and no logarithm.
    """

    name: str
    value: float
    unit: str
    meaning: str
    at: str
    status: Status
    cv: float | None = None
    omega2: float | None = None
    sd: float | None = None
    note: str = ""
    structural: bool = False

    @property
    def log_sd(self) -> float:
        """Standard deviation of the logarithm; 0 where the parameter is the same for everybody."""
        if self.omega2 is not None:
            return math.sqrt(self.omega2)
        return math.sqrt(math.log1p(self.cv**2)) if self.cv else 0.0

    @property
    def varies(self) -> bool:
        return self.log_sd > 0 or bool(self.sd)


@dataclass(frozen=True)
class Covariate:
    """A property of the patient that the model reads; `default` stands in where a population does not give it."""

    name: str
    unit: str
    meaning: str
    default: float


@dataclass(frozen=True)
class Output:
    """A quantity worth looking at, returned by the equations under `outputs`."""

    name: str
    unit: str
    meaning: str


@dataclass(frozen=True)
class Dosing:
    """How doses of a drug enter a state.

    Args:
        drug: as regimens name it.
        state: that a dose is added to.
        unit: of amounts; the same as the state's, since a dose is added as it is.
        route: by which it is given.
        bioavailability: names the parameter that a dose is multiplied by, a plain number.
        lag: names the parameter that holds how long after intake a dose enters, in a unit of time.
        studied_up_to: highest amount on one day that the model answers for, in `unit`; above it a warning is printed.
        studied_from: lowest amount on one day that it answers for; below it a warning is printed.
        studied_at: place in a source of these amounts, "key: 5-400 mg".
    """

    drug: str
    state: str
    unit: str = "mg"
    route: str = "oral"
    bioavailability: str | None = None
    lag: str | None = None
    studied_up_to: float | None = None
    studied_from: float | None = None
    studied_at: str = ""


@dataclass(frozen=True)
class Anchor:
    """A published result that the model must reproduce at its typical values.

    Args:
        name: what is measured, e.g. "half_life".
        measure: an output (or state) of the model.
        statistic: "max", "min", "end", "time_of_max", "auc" (per h), "half_life" (h) or "average".
        doses: (time in h, drug, amount) triples.
        until_h: end of the run, h.
        expect, unit, within: published value, its unit, allowed relative difference.
        at: place in a source.
    """

    name: str
    measure: str
    statistic: str
    doses: tuple[tuple[float, str, float], ...]
    until_h: float
    expect: float
    unit: str
    within: float
    at: str
    covariates: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Equations:
    """What a model's function returns.

    Args:
        rates: state → rate of change, per time unit of the model.
        outputs: output → value.
        signals: provided signal → value.
        modulates: "signal.handle" → factor (1 leaves it alone); handles are production, loss and effect.
    """

    rates: Mapping[str, Any]
    outputs: Mapping[str, Any] = field(default_factory=dict)
    signals: Mapping[str, Any] = field(default_factory=dict)
    modulates: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Model:
    """A declared model.

    Args:
        key: one word, the prefix of its names in an assembled system ("lenalidomide").
        name: key plus author and year, or plus "titer" for our own ("lenalidomide_chen2007").
        title: one line.
        doc: the file's docstring (`__doc__`), with the Answers, Not for and Assumed lines.
        equations: f(t, x, p, s) -> Equations; x, p, s hold states, parameters and signals by name; s.ikaros reads a
            signal, s.factor("ikaros.loss") the product of what modulates that handle. t is in `time` units.
        individual: f(p, c) -> {parameter: typical value for a patient with covariates c}; random spread multiplies it.
        correlations: (parameter, parameter, correlation of the logarithms).
    """

    key: str
    name: str
    title: str
    doc: str
    time: Literal["day", "h"]
    sources: Mapping[str, Source]
    population: Population
    states: tuple[State, ...]
    parameters: tuple[Parameter, ...]
    equations: Callable[..., Equations]
    covariates: tuple[Covariate, ...] = ()
    individual: Callable[..., Mapping[str, Any]] | None = None
    outputs: tuple[Output, ...] = ()
    reads: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    modulates: tuple[str, ...] = ()
    doses: tuple[Dosing, ...] = ()
    correlations: tuple[tuple[str, str, float], ...] = ()
    anchors: tuple[Anchor, ...] = ()

    def __post_init__(self) -> None:
        _check_names(self)
        for parameter in self.parameters:
            _check_parameter(self, parameter)

    @property
    def free_parameters(self) -> tuple[Parameter, ...]:
        """Those that patients can differ in: all but the structural ones."""
        return tuple(p for p in self.parameters if not p.structural)

    def parameter(self, name: str) -> Parameter:
        """The parameter of that name.

        Raises:
            ModelError: the model has none of that name.
        """
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise ModelError(
            f"model '{self.name}' has no parameter '{name}'", hint=nearest(name, [p.name for p in self.parameters])
        )


def _check_names(model: Model) -> None:
    groups = (model.states, model.parameters, model.covariates, model.outputs)
    names = [item.name for group in groups for item in group]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise ModelError(f"model '{model.name}' declares {doubled} more than once", right="each name once")
    for state in model.states:
        if isinstance(state.start, str):
            model.parameter(state.start)
    for dosing in model.doses:
        _check_dosing(model, dosing)
    for handle in model.modulates:
        if handle.split(".")[-1] not in HANDLES or "." not in handle:
            raise ModelError(
                f"model '{model.name}' modulates '{handle}'",
                right=f"signal.handle, with a handle of {', '.join(HANDLES)}",
            )


def _check_dosing(model: Model, dosing: Dosing) -> None:
    states = [s.name for s in model.states]
    if dosing.state not in states:
        raise ModelError(
            f"model '{model.name}' doses into unknown state '{dosing.state}'", hint=nearest(dosing.state, states)
        )
    _check_studied(model, dosing)
    for role, name in (("bioavailability", dosing.bioavailability), ("lag", dosing.lag)):
        if name and model.parameter(name).structural:
            raise ModelError(
                f"the {role} of {dosing.drug} is '{name}', which is structural",
                where=f"model '{model.name}'",
                right="a parameter that patients can differ in",
            )


def _check_studied(model: Model, dosing: Dosing) -> None:
    """The doses studied have a home, as every number."""
    low, high = dosing.studied_from, dosing.studied_up_to
    if low is None and high is None:
        return
    where = f"model '{model.name}', doses of {dosing.drug}"
    if low is not None and not low > 0:
        raise ModelError(f"studied from {low} {dosing.unit}", where=where, right="a positive amount")
    if high is not None and not high > 0:
        raise ModelError(f"studied up to {high} {dosing.unit}", where=where, right="a positive amount")
    if low is not None and high is not None and low > high:
        raise ModelError(
            f"studied from {low:g} up to {high:g} {dosing.unit}", where=where, right="the lower amount first"
        )
    if dosing.studied_at.split(":")[0] not in model.sources:
        wrong = f"the dose studied has no place in a source: '{dosing.studied_at}'"
        raise ModelError(wrong, where=where, right="studied_at='key: 5-400 mg'", hint=nearest("", model.sources))


def _check_parameter(model: Model, parameter: Parameter) -> None:
    where = f"model '{model.name}', parameter '{parameter.name}'"
    if parameter.status not in STATUSES:
        raise ModelError(
            f"status '{parameter.status}' is not known", where=where, hint=nearest(parameter.status, STATUSES)
        )
    if not math.isfinite(parameter.value):
        raise ModelError(f"value is {parameter.value}", where=where, right="a finite number")
    if not parameter.at:
        raise ModelError("no place in a source", where=where, right="at='key: Table 2' or at='definition'")
    key = parameter.at.split(":")[0]
    if parameter.at != "definition" and key not in model.sources:
        raise ModelError(f"source '{key}' is not declared", where=where, hint=nearest(key, model.sources))
    if parameter.structural and (parameter.varies or parameter.unit):
        raise ModelError("a structural number with a spread or a unit", where=where, right="one plain number")
    if sum(spread is not None for spread in (parameter.cv, parameter.omega2, parameter.sd)) > 1:
        raise ModelError("more than one spread", where=where, right="one of cv, omega2, sd")
