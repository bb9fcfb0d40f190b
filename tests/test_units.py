"""Units at the boundary."""

import pytest

from titer.errors import UnitError
from titer.units import conversion, parse_unit


@pytest.mark.parametrize(
    ("source", "target", "factor"),
    [
        ("mg/L", "ng/mL", 1000.0),
        ("10^9/L", "1/uL", 1000.0),
        ("g/dL", "g/L", 10.0),
        ("mL/min", "L/h", 0.06),
        ("day", "h", 24.0),
        ("%", "", 0.01),
        ("ug*h/mL", "mg*h/L", 1.0),
        ("CFU/mL", "CFU/L", 1000.0),
    ],
)
def test_conversion_has_the_known_factor(source, target, factor):
    assert conversion(source, target) == pytest.approx(factor, rel=1e-12)


def test_other_dimensions_are_refused():
    with pytest.raises(UnitError, match="cannot be turned into"):
        conversion("mg", "mL")


@pytest.mark.parametrize(
    "text", ["mgg", "mg//L", "lenalidomide", "10^", "0 m", "-1 m", "nan m", "1e999 m", "m - m", "m^0.0001"]
)
def test_what_is_no_unit_is_refused(text):
    with pytest.raises(UnitError, match="is not a unit"):
        parse_unit(text)


def test_cells_and_activity_are_units_of_their_own():
    assert not parse_unit("cells/uL").same_dimension(parse_unit("1/uL"))
    assert not parse_unit("IU/mL").same_dimension(parse_unit("CFU/mL"))
    assert not parse_unit("IU").same_dimension(parse_unit("mol/s"))  # Pint's "activity" is that of an enzyme, katal


@pytest.mark.parametrize("text", ["cell", "CFU", "IU", "copies", "degC"])
def test_a_unit_of_our_own_has_one_dimension_that_pint_does_not_know(text):
    import pint

    ((dimension, power),) = parse_unit(text).dims
    assert power == 1
    with pytest.raises(ValueError, match="not defined as dimension"):
        pint.UnitRegistry(cache_folder=None).get_dimensionality({dimension: 1})


def test_a_degree_celsius_is_a_unit_of_rates_and_is_never_taken_for_a_kelvin():
    assert (parse_unit("degC") / parse_unit("h")).matches(parse_unit("degC/h"))
    with pytest.raises(UnitError):
        conversion("degC", "K")
