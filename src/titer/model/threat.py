"""The word that a threat is declared with: the numbers of one invader or injury in the model of the tissue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from titer.errors import ModelError
from titer.model.declare import Model, Parameter
from titer.source import Source

Place = Literal["tissue", "blood"]


@dataclass(frozen=True)
class Threat:
    """Something that the immune system recognises, as data.

    Args:
        key: one word with hyphens, as commands name it ("extracellular-bacterium").
        title: one line.
        doc: the file's docstring, with the Answers, Not for and Assumed lines.
        unit: of a challenge and of the threat in the tissue, e.g. "CFU/mL".
        dose: usual challenge, in that unit.
        days: how long its course is worth looking at.
        sources: key → source.
        numbers: parameters of the threat's model that differ from its defaults, each with its home.
        place: where a challenge arrives unless another place is asked for.
        places: where it can arrive.

    Raises:
        ModelError: a number twice or without a declared source; a usual challenge that is not above 0; a place where
            it cannot arrive.
    """

    key: str
    title: str
    doc: str
    unit: str
    dose: float
    days: float
    sources: Mapping[str, Source]
    numbers: tuple[Parameter, ...]
    place: Place = "tissue"
    places: tuple[Place, ...] = ("tissue",)

    def __post_init__(self) -> None:
        where = f"threat '{self.key}'"
        names = [number.name for number in self.numbers]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ModelError(f"declares {doubled} more than once", where=where, right="each number once")
        for number in self.numbers:
            key = number.at.split(":")[0]
            if number.at != "definition" and key not in self.sources:
                raise ModelError(f"source '{key}' is not declared", where=f"{where}, '{number.name}'")
        if not self.dose > 0 or not self.days > 0:
            raise ModelError(
                f"a usual challenge of {self.dose:g} over {self.days:g} days", where=where, right="above 0"
            )
        if self.place not in self.places:
            raise ModelError(f"arrives in {self.place}", where=where, right=" or ".join(self.places))


def with_threat(model: Model, threat: Threat) -> Model:
    """A model with the numbers of a threat in place of its own.

    Raises:
        ModelError: the model has no parameter of that name, or has it in another unit; the two mean different sources
            by one key.
    """
    given = {number.name: number for number in threat.numbers}
    for name, number in given.items():
        own = model.parameter(name)
        if own.unit != number.unit:
            raise ModelError(
                f"'{name}' is in '{number.unit}'",
                where=f"threat '{threat.key}'",
                right=f"'{own.unit}', as in the model",
            )
    wrong = sorted(key for key, source in threat.sources.items() if model.sources.get(key, source) != source)
    if wrong:
        raise ModelError(
            f"source '{wrong[0]}' of threat '{threat.key}' is another one in model '{model.name}'",
            right="the same source under one key",
        )
    return replace(
        model,
        sources={**model.sources, **threat.sources},
        parameters=tuple(given.get(p.name, p) for p in model.parameters),
    )
