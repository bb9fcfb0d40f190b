"""The page on the two hold limits is what its script writes, and the labels differ in the direction of their words."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "us_eu.md").read_text(encoding="utf-8")
N, CYCLES = 40, 2


@pytest.fixture(scope="module")
def script():
    place = importlib.util.spec_from_file_location("us_versus_eu", ROOT / "examples" / "us_versus_eu.py")
    module = importlib.util.module_from_spec(place)
    import sys

    sys.modules[place.name] = module  # dataclasses look their module up
    place.loader.exec_module(module)
    yield module
    del sys.modules[place.name]


@pytest.fixture(scope="module")
def arms(script):
    return {name: script.follow(protocol, N, CYCLES) for name, protocol in script.PROTOCOLS.items()}


def without_numbers(text):
    return re.sub(r"[-+−]?\d[\d,.]*%?|rules [0-9a-f]{12}", "#", text)


def test_the_page_is_what_the_script_writes_but_for_its_numbers(script, arms):
    assert without_numbers(script.page(arms, N, CYCLES)) == without_numbers(PAGE)


def test_the_page_was_made_with_2000_patients_and_the_rules_of_today(script):
    assert "with 2,000 patients, seed 1" in PAGE
    assert f"rules {script.rules_digest()}." in PAGE, "run examples/us_versus_eu.py docs 2000"
    assert (ROOT / "docs" / "images" / "us_eu.png").stat().st_size > 10_000


def test_the_lower_limit_holds_less_and_gives_more(arms):
    us, limit, eu = arms.values()
    for other in (limit, eu):
        assert other.amounts["Interruptions per patient"].mean() < us.amounts["Interruptions per patient"].mean()
        assert other.amounts["Relative dose intensity of lenalidomide"].mean() > 0
        gained = other.amounts["Relative dose intensity of lenalidomide"].mean()
        assert gained > us.amounts["Relative dose intensity of lenalidomide"].mean()


def test_interruptions_are_those_of_the_ledger(arms):
    for arm in arms.values():
        held = arm.flags["Any interruption of lenalidomide"]
        np.testing.assert_array_equal(arm.amounts["Interruptions per patient"] > 0, held)
        assert (arm.amounts["Days of lenalidomide left out while held"][~held] == 0).all()


def test_the_numbers_of_the_page_agree_with_its_sentences():
    row = next(line for line in PAGE.splitlines() if line.startswith("| Interruptions per patient"))
    us, limit = (cell.split()[0] for cell in row.split("|")[2:4])
    assert f"from {us} to {limit} per patient" in PAGE
