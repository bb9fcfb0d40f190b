"""The grammar of conditions as text: comparisons with units, "and", "or" and brackets, over any vocabulary.

A reader of conditions says what its names mean and what one comparison becomes (`one`); everything else is here, so
that dose rules, eligibility and strata are written and refused alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Literal, NoReturn, Protocol, cast

from titer.errors import InputError

Relation = Literal["<", "<=", ">", ">="]
LONGEST_TEXT = 2000  # characters
DEEPEST = 20  # parentheses inside parentheses
SIGNIFICANT = 12  # digits kept after a conversion, so that 1000 /uL is 1 10^9/L and not 0.9999999999999999
AS_WRITTEN = {"≤": "<=", "≥": ">=", "−": "-", "×": "x", "µ": "u", "μ": "u", "–": "-"}
UNIT_WORDS = {"mcl": "uL", "mm3": "mm^3", "mm³": "mm^3", "cells": "1", "°c": "degC"}
AS_IT_IS = ("grade", "degC")  # units that nothing is converted to or from
_OF_UNIT = re.compile(r"10\s*(\^|\*\*|[⁰¹²³⁴⁵⁶⁷⁸⁹])|1\s*/")  # numbers that a unit may begin with
_TOKEN = re.compile(
    r"\s*(?:(?P<relation><=|>=|<|>|==|=|!=)"
    r"|(?P<number>-?(?:[0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?)"
    r"|(?P<bracket>[()])"
    r"|(?P<word>[^\s()<>=!]+))"
)


class Named(Protocol):
    """What a comparison is about."""

    @property
    def name(self) -> str: ...

    @property
    def unit(self) -> str: ...


@dataclass(frozen=True)
class Token:
    """kind is "relation", "number", "bracket", "word" or "end"."""

    kind: str
    text: str
    begin: int
    end: int


class AbstractConditionReader:
    """Reads one text from left to right; every error points into it. A kind of reader declares:

    Args:
        all_of, any_of: what "and" and "or" make of a tuple of parts.
        keywords: words that are no names.
        names: that conditions may use.
        after: what may follow a comparison, in words.
    """

    all_of: Callable[[tuple[Any, ...]], Any]
    any_of: Callable[[tuple[Any, ...]], Any]
    keywords: tuple[str, ...] = ("and", "or")
    names: Collection[str] = ()
    after: str = "'and', 'or', or the end"

    def __init__(self, text: str) -> None:
        if not isinstance(text, str):
            raise InputError(f"a condition is a text, not {type(text).__name__}", hint='"anc < 1.0 10^9/L"')
        if len(text) > LONGEST_TEXT:
            raise InputError(f"the condition has {len(text)} characters", right=f"at most {LONGEST_TEXT}")
        self.shown = re.sub(r"\s", " ", text)
        plain = [AS_WRITTEN.get(letter, letter) for letter in self.shown]
        self.text = "".join(plain)
        # of each letter of `text`, its place in `shown`
        self.back = [place for place, letters in enumerate(plain) for _ in letters] + [len(plain)]
        self.tokens = self._tokens()
        self.place = 0
        self.depth = 0

    def one(self) -> Any:
        """One comparison, from the present place on."""
        raise NotImplementedError

    def whole(self) -> Any:
        """The condition that the whole text says."""
        condition = self._any()
        if self.now.kind != "end":
            self.refuse(f"'{self.now.text}' does not belong here", right=self.after)
        return condition

    def _tokens(self) -> list[Token]:
        found, at = [], 0
        while match := _TOKEN.match(self.text, at):
            kind = match.lastgroup or ""
            found.append(Token(kind, match.group(kind), match.start(kind), match.end()))
            at = match.end()
        rest = self.text[at:]
        end = Token("end", "", len(self.text.rstrip()), len(self.text.rstrip()))
        if rest.strip():
            begin = at + len(rest) - len(rest.lstrip())
            self.tokens, self.place = [Token("sign", rest.strip()[0], begin, begin + 1), end], 0
            self.refuse(f"'{rest.strip()[0]}' cannot be read", right="a comparison")
        return [*found, end]

    @property
    def now(self) -> Token:
        return self.tokens[self.place]

    def is_word(self, word: str) -> bool:
        return self.now.kind in ("word", "bracket") and self.now.text.lower() == word

    def take(self) -> Token:
        token = self.now
        self.place += token.kind != "end"
        return token

    def _any(self) -> Any:
        return self._joined("or", self.any_of, lambda: self._joined("and", self.all_of, self._part))

    def _joined(self, word: str, join: Callable[[tuple[Any, ...]], Any], part: Callable[[], Any]) -> Any:
        parts = [part()]
        while self.is_word(word):
            self.take()
            parts.append(part())
        return parts[0] if len(parts) == 1 else join(tuple(parts))

    def _part(self) -> Any:
        return self.bracket() if self.is_word("(") else self.one()

    def bracket(self) -> Any:
        opened = self.place
        self.depth += 1
        if self.depth > DEEPEST:
            self.refuse(f"more than {DEEPEST} brackets inside each other")
        self.take()
        inner = self._any()
        if not self.is_word(")"):
            if self.now.kind == "end":
                self.refuse("the bracket is not closed", at=opened, right="a ')'")
            self.refuse(f"'{self.now.text}' does not belong here", right="'and', 'or' or ')'")
        self.take()
        self.depth -= 1
        return inner

    def relation(self, known: Named, example: str) -> Relation:
        """The relation of a comparison; `example` is a whole one."""
        if self.now.kind != "relation":
            self.refuse(f"{known.name} is not compared with anything", right=example)
        if self.now.text not in ("<", "<=", ">", ">="):
            self.refuse(f"'{self.now.text}' cannot be used between a value and a limit", right="one of < <= > >=")
        return cast("Relation", self.take().text)

    def number(self) -> float:
        if self.now.kind != "number":
            told = f"'{self.now.text}' is not a number" if self.now.text else "the limit is missing"
            self.refuse(told, right="a number and its unit, such as 1.0 10^9/L")
        value = float(self.now.text)
        if not abs(value) < float("inf"):
            self.refuse(f"{self.now.text} is too large", right="a finite number")
        self.take()
        return value

    def unit(self) -> str:
        """Everything from here to a keyword, a bracket or the end, as it was written."""
        first = self.place
        stops: tuple[str, ...] = self.keywords
        while self.now.kind in ("word", "number") and self.now.text.lower() not in stops:
            self.take()
            stops = (*self.keywords, *self.names)  # but "day" is a unit, too, where a unit has to begin
        return self.text[self.tokens[first].begin : self.tokens[self.place - 1].end] if self.place > first else ""

    def in_unit_of(self, known: Named, number: float, unit: str, place: int) -> float:
        if unit == known.unit:
            return number
        if not unit:
            right = (
                "grade 3" if known.unit == "grade" else f"the unit behind it: '{known.unit}' or one of its dimension"
            )
            self.refuse(f"the limit of {known.name} has no unit", at=place, right=right)
        if has_number(unit):
            told = f"'{self.text[self.tokens[place].begin : self.tokens[self.place - 1].end]}' has two numbers"
            self.refuse(told, at=place, whole=True, right="one number, then its unit: 1.5 10^9/L, 1500 /uL")
        if not known.unit:
            self.refuse(
                f"{known.name} has no unit, and the limit is in '{unit}'",
                at=place + 1,
                whole=True,
                right="a plain number",
            )
        if unit == "grade" or known.unit in AS_IT_IS:
            if plain_unit(unit) != known.unit:
                self.refuse(
                    f"the limit of {known.name} is in '{unit}'", at=place + 1, whole=True, right=f"'{known.unit}'"
                )
            return number
        return self._converted(known, number, unit, place)

    def _converted(self, known: Named, number: float, unit: str, place: int) -> float:
        from titer.units import conversion

        try:
            value = number * conversion(plain_unit(unit), known.unit)
        except InputError as error:
            told = f"the limit of {known.name} is in '{unit}': {error.what}"
            self.refuse(told, at=place + 1, whole=True, right=f"a unit that '{known.unit}' can be turned into")
        if not abs(value) < float("inf"):
            self.refuse(f"{number:g} {unit} is too large", at=place, right="a finite number")
        return float(f"{value:.{SIGNIFICANT}g}")

    def refuse(
        self, what: str, *, at: int | None = None, whole: bool = False, right: str = "", hint: str = ""
    ) -> NoReturn:
        """Raise an error that points at a token, or at all from there to the present one."""
        token = self.tokens[min(self.place if at is None else at, len(self.tokens) - 1)]
        last = self.tokens[self.place - 1] if whole else token
        begin, end = self.back[token.begin], self.back[last.end]
        carets = " " * begin + "^" * max(end - begin, 1)
        place = "the end" if token.kind == "end" else f"character {begin + 1}"
        raise InputError(
            what, where=f"{place} of the condition\n  {self.shown}\n  {carets} here", right=right, hint=hint
        )


def has_number(unit: str) -> bool:
    """Whether a unit begins with what is a part of the number, or another number.

    "1,000 /uL" and "1 000 /uL" would else be 1 of a unit of size 0, "1.0 10e9/L" ten times what is meant.

    Example:
        >>> [has_number(unit) for unit in (",5 10^9/L", "000 /uL", "10e9/L", "10^9/L", "1/uL")]
        [True, True, True, False, False]
    """
    plain = plain_unit(unit)
    return plain[:1] in (",", ".", "'") or (plain[:1].isdigit() and not _OF_UNIT.match(plain))


def plain_unit(unit: str) -> str:
    """A unit of a blood count as laboratories write it, in words that the unit register reads.

    Example:
        >>> plain_unit("x 10^9/L"), plain_unit("/mcL"), plain_unit("cells/mm3")
        ('10^9/L', '1/uL', '1/mm^3')
    """
    text = re.sub(r"^[xX*]\s*(?=\d)", "", unit.strip())
    text = re.sub(r"[^\W\d_]+3?³?|°[cC]", lambda word: UNIT_WORDS.get(word[0].lower(), word[0]), text)
    return f"1{text}" if text.startswith("/") else text
