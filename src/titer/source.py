"""Where a number or a rule comes from. A file of its own, so that safety checks need not load the engine's models."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """Where numbers come from: a publication, a label, or a script of this project.

    `confirmed` is False where the text could not be read again and the number is quoted from memory.
    """

    citation: str
    doi: str = ""
    confirmed: bool = True
