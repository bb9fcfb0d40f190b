"""Named values as attributes: `c.weight` reads better in an equation than `c["weight"]`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from titer.errors import ModelError, nearest


class Names:
    """Read-only attributes over a mapping; an unknown name raises a ModelError with the nearest known ones.

    Args:
        values: name → value. Names added to the mapping later can be read too.
        what: what the values are, for messages ("covariate").
        where: who reads them, for messages ("model 'lenalidomide_chen2007'").

    Example:
        >>> Names({"weight": 70.0}, "covariate").weight
        70.0
    """

    def __init__(self, values: Mapping[str, Any], what: str, where: str = "") -> None:
        self.__dict__.update(_values=values, _what=what, _where=where)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # asked by copy, pickle and doctest, not by an equation
            raise AttributeError(name)
        try:
            return self._values[name]
        except KeyError:
            known = nearest(name, self._values) if self._values else "there is none yet"
            raise ModelError(f"there is no {self._what} '{name}'", where=self._where, hint=known) from None

    def __setattr__(self, name: str, value: Any) -> None:
        raise ModelError(f"{self._what} '{name}' cannot be changed here", where=self._where, right="return new values")
