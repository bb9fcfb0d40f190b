"""Public functions that join two folders, so that a user need not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from titer.dosing.regimen import Regimen


def parse_regimen(text: str) -> Regimen:
    """The regimen that a text describes, for the drugs of the library.

    Args:
        text: drug, amount, unit and rhythm; "+" joins drugs. The grammar is in docs/regimens.md.

    Raises:
        InputError: with the offending word pointed at; an unknown drug gets the nearest names, and a route that the
            drug does not have is refused.

    Example:
        >>> str(parse_regimen("len 25 mg d1-21/28 + dex 40 mg weekly"))
        'lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg weekly'
    """
    from titer.library import read_regimen

    return read_regimen(text)
