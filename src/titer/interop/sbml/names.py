"""Identifiers: flat names as SBML can hold them, and back.

An SBML identifier has letters, digits and underscores. The dot of "lenalidomide.conc" becomes two underscores, which no
part of a name may hold, so that the way back is unique. The flat name itself stays in the attribute `name`.
"""

from __future__ import annotations

import re

from titer.errors import InputError

DOT = "__"
PART, INFUSION = "part", "infusion"  # first parts of identifiers that no flat name alone would get
_FLAT = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*(\.[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*)?", re.ASCII)


def sid_of(flat: str) -> str:
    """The identifier of a flat name.

    Raises:
        InputError: the name has another letter, or underscores at its ends or side by side.

    Example:
        >>> sid_of("lenalidomide.conc")
        'lenalidomide__conc'
    """
    if not _FLAT.fullmatch(flat):
        raise InputError(
            f"'{flat[:80]}' has no SBML identifier",
            right="letters, digits, one dot, and single underscores inside",
        )
    return flat.replace(".", DOT)


def flat_of(sid: str) -> str:
    """The flat name of an identifier that `sid_of` made.

    Example:
        >>> flat_of("lenalidomide__conc")
        'lenalidomide.conc'
    """
    flat = sid.replace(DOT, ".")
    if sid_of(flat) != sid:
        raise InputError(f"'{sid[:80]}' is not an identifier that Titer writes", right="such as lenalidomide__conc")
    return flat


def part_sid(k: int) -> str:
    """Identifier of the k-th part that several equations share."""
    return f"{PART}{DOT}{k}"


def infusion_sid(state: str) -> str:
    """Identifier of the rate at which infusions run into a state."""
    return f"{INFUSION}{DOT}{sid_of(state)}"
