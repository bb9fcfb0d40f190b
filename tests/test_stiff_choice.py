"""The automatic choice of a method looks at where a system goes, not only at where it starts."""

from __future__ import annotations

import numpy as np
import pytest

from engine_systems import transit_chain, two_compartments
from stiff_problems import PUBLISHED, bare_system
from titer.engine.ahead import HORIZON_DAY, jacobians_ahead
from titer.engine.choose import choose_method, fastest_rate
from titer.engine.textbook import one_compartment
from titer.model import expression as e


@pytest.mark.parametrize("name", ["robertson", "orego", "van_der_pol"])
def test_published_stiff_problems_get_the_stiff_method(name):
    assert choose_method(PUBLISHED[name]().system) == "stiff"


@pytest.mark.parametrize("system", [one_compartment(saturable=True), two_compartments(), transit_chain()])
def test_drugs_and_cells_get_the_explicit_method(system):
    assert choose_method(system) == "explicit"


def test_system_that_becomes_stiff_later_is_seen():
    a, b = e.symbol("m.a"), e.symbol("m.b")
    system = bare_system({"m.a": 1.0 - 0.01 * a, "m.b": a - a**2.0 * b * (1.0 + b)}, starts=(0.0, 1.0))
    start = [np.abs(np.linalg.eigvals(m)).max() for m in jacobians_ahead(system, np.empty(0), np.array([0.0, 1.0]))]
    assert start[0] < 1.0
    assert fastest_rate(system) > 1000.0  # a reaches 63 after 100 days


def test_look_ahead_ends_where_a_rate_stops_being_finite():
    a = e.symbol("m.a")
    system = bare_system({"m.a": a**2.0}, starts=(1.0,))  # leaves to infinity on day 1
    found = list(jacobians_ahead(system, np.empty(0), np.array([1.0])))
    assert 2 < len(found) <= 81
    assert np.isfinite(found).all()
    assert HORIZON_DAY > 1.0
