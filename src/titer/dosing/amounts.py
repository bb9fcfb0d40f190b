"""Amounts in a regimen: a number and a unit, to mg or to the drug's own unit."""

from __future__ import annotations

import math
from decimal import Decimal

from titer.dosing.clauses import CYCLES, DAYS, KEYWORDS, WEEKS, Reader
from titer.dosing.tokens import END, Token
from titer.errors import UnitError

MASS_IN_MG = {
    **dict.fromkeys(("mg", "milligram", "milligrams"), Decimal(1)),
    **dict.fromkeys(("g", "gram", "grams"), Decimal(1000)),
    **dict.fromkeys(("ug", "mcg", "microgram", "micrograms"), Decimal("0.001")),
    "ng": Decimal("0.000001"),
}
MOST_MG = 1e6  # nobody is given a kilogram of a drug; the largest real doses (immunoglobulin) are near 0.2 kg
BODY_SIZE = {"m": "body surface area", "kg": "body weight"}
PIECES = ("tablet", "tablets", "capsule", "capsules", "pill", "pills", "vial", "vials", "sachet", "sachets")


def read_amount(reader: Reader, drug: str, unit: str) -> tuple[float, str]:
    """Read `25 mg` at the reader's place.

    Args:
        reader: stands on the number.
        drug: for messages.
        unit: in which the drug is dosed.

    Returns:
        Amount, and the unit it is in: "mg" for a drug that is dosed by mass, else `unit`.

    Raises:
        InputError: no number, negative, not finite, no unit, a unit of another dimension, a dose by body size.
    """
    number = reader.take()
    _check_number(reader, number, drug)
    amount = _convert(reader, number, drug, unit)
    unit = "mg" if unit.lower() in MASS_IN_MG else unit
    if not math.isfinite(amount) or (unit == "mg" and amount > MOST_MG):
        right = "a finite number, at most 1 kg" if unit == "mg" else "a finite number"
        raise reader.wrong(number, f"a dose of {amount:g} {unit} of {drug} is impossible", right=right)
    return amount, unit


def _check_number(reader: Reader, token: Token, drug: str) -> None:
    if token.kind == END:
        raise reader.wrong(token, f"{drug} has no amount")
    if token.text == "." and reader.now.kind == "number":
        raise reader.wrong(token, f"the amount of {drug} begins with a point", right=f"'0.{reader.now.raw}'")
    if token.text == "-":
        raise reader.wrong(token, f"the amount of {drug} is negative", right="0 mg or more")
    if token.kind != "number":
        wrong = f"the amount of {drug} is '{token.raw}', not a number"
        raise reader.wrong(token, wrong, right="a number and a unit, e.g. '25 mg'")
    if reader.now.text == "." and reader.ahead().kind == "number":
        wrong = f"'{token.raw}.{reader.ahead().raw}' is not a number"
        raise reader.wrong(reader.now, wrong, right="one point at most, e.g. '2.5 mg'")
    if reader.now.text in (*DAYS, *WEEKS, *CYCLES):
        wrong = f"'{token.raw} {reader.now.raw}' stands where an amount of {drug} should be"
        right = "days on and off as 'days 1-21 of 28' or '21 days on 7 days off'"
        raise reader.wrong(token, wrong, right=right, hint="after 'then' comes the next dose, e.g. 'then 10 mg daily'")
    if reader.now.text == "," and reader.ahead().kind == "number":
        right = "a point for decimals and nothing for thousands, e.g. '2.5 mg', '1000 mg'"
        raise reader.wrong(reader.now, "a comma in an amount can mean two things", right=right)


def _convert(reader: Reader, number: Token, drug: str, unit: str) -> float:
    word = reader.take() if reader.now.kind == "word" else reader.now
    _refuse_body_size(reader)
    by_mass = unit.lower() in MASS_IN_MG
    if by_mass and word.text in MASS_IN_MG:
        return float(number.number() * MASS_IN_MG[word.text])  # decimal, so that 0.3 g is 300 mg exactly
    if not by_mass and word.text == unit.lower():
        return float(number.number())
    if word.text in PIECES:
        wrong = f"strengths differ, so {number.raw} {word.raw} of {drug} is no amount"
        raise reader.wrong(word, wrong, right=f"an amount in {unit}")
    if word.kind != "word" or word.text in KEYWORDS:
        raise reader.wrong(word, f"the amount {number.raw} of {drug} has no unit", right=f"e.g. '{number.raw} {unit}'")
    return _convert_by_dimension(reader, number, word, drug, unit)


def _refuse_body_size(reader: Reader) -> None:
    if reader.now.text not in ("/", "per") or reader.ahead().text not in BODY_SIZE:
        return
    raise reader.wrong(
        reader.ahead(),
        f"doses by {BODY_SIZE[reader.ahead().text]} are not read: the amount would differ from patient to patient",
        right="one amount for everybody, in mg",
        hint="multiply by the size you mean, e.g. 1.8 m2 or 75 kg",
    )


def _convert_by_dimension(reader: Reader, number: Token, word: Token, drug: str, unit: str) -> float:
    from titer.units import conversion  # reads units with Pint: slow to import, and rarely needed

    try:
        return float(number.number()) * conversion(word.raw, unit)
    except UnitError:
        right = "a mass: mg, g or ug" if unit.lower() in MASS_IN_MG else f"an amount in {unit}"
        raise reader.wrong(word, f"'{word.raw}' is not a unit in which {drug} is dosed", right=right) from None
