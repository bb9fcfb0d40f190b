"""A fingerprint of a model: it changes with any number, unit, source, status or equation."""

from __future__ import annotations

import hashlib

from titer.model.declare import Model
from titer.model.trace import trace


def model_digest(model: Model) -> str:
    """The first 16 hexadecimal digits of a SHA-256 over everything declared and every equation, relations included."""
    traced = trace(model)
    groups = (traced.rates, traced.outputs, traced.signals, traced.modulates, traced.individual)
    trees = [(name, tree.digest) for group in groups for name, tree in sorted(group.items())]
    declared = (
        model.name,
        model.time,
        model.states,
        model.parameters,
        model.covariates,
        model.outputs,
        model.doses,
        model.correlations,
        sorted(model.sources.items()),
    )
    return hashlib.sha256(repr((declared, trees)).encode()).hexdigest()[:16]
