"""What `--set` says, read."""

from __future__ import annotations

from collections.abc import Sequence

from titer.errors import InputError


def read_settings(pairs: Sequence[str] | None) -> dict[str, float]:
    """ "name=value" pairs as numbers.

    Raises:
        InputError: one without a name or a number.

    Example:
        >>> read_settings(["crcl=40", "fever.ceiling = 40.5"])
        {'crcl': 40.0, 'fever.ceiling': 40.5}
    """
    numbers = {}
    for pair in pairs or ():
        name, _, value = pair.partition("=")
        try:
            numbers[name.strip()] = float(value)
        except ValueError:
            name = ""
        if not name.strip():
            raise InputError(f"'--set {pair}' cannot be read", right="a name and a number", hint="--set NAME=NUMBER")
    return numbers
