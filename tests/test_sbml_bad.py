"""SBML files from elsewhere: each fault is told, by name, and none of them runs, fetches, hangs or crashes anything."""

import os
import re
import socket
import time
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from titer.errors import InputError, ModelError
from titer.interop.sbml import guard, read_sbml, sbml_text
from titer.library import models
from titer.library.signals import SIGNALS
from titer.model import Challenge, assemble

MATH = 'xmlns="http://www.w3.org/1998/Math/MathML"'
RATE = '<rateRule variable="ikaros__protein">'


@cache
def good():
    """Ikaros alone: one state, one signal, a few parameters."""
    return sbml_text(assemble([models()["ikaros"]], SIGNALS, units=False))


def refused(tmp_path, text, match):
    path = tmp_path / "file.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    begun = time.process_time()
    with pytest.raises(InputError, match=match) as told:
        read_sbml(path)
    assert time.process_time() - begun < 5.0  # nothing expands; the slowest here reads a few megabytes
    assert "file.xml" in str(told.value)
    assert len(str(told.value)) < 2500
    return told.value


def with_element(name, inside="<x/>"):
    return good().replace("<listOfRules>", f"<listOf{name}>{inside}</listOf{name}>\n<listOfRules>")


def test_the_file_that_all_others_are_made_from_is_read(tmp_path):
    (tmp_path / "file.xml").write_text(good())
    assert read_sbml(tmp_path / "file.xml").states == ("ikaros.protein",)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "no XML"),
        ("not xml", "no XML"),
        (b"\xff\xfe\x00\x01", "UTF-8"),
        (b"\x00" * 100, "no XML"),
        ("<sbml/>", "Level 3 Version 2"),
        ("<html><body/></html>", "Level 3 Version 2"),
        ('<sbml xmlns="http://www.sbml.org/sbml/level2/version4" level="2" version="4"/>', "Level 2 Version 4"),
        ('<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"/>', "0 models"),
    ],
)
def test_what_is_no_sbml_is_refused(tmp_path, text, match):
    refused(tmp_path, text, match)


def test_a_model_that_others_wrote_is_refused_with_what_runs_it(tmp_path):
    path = Path(__file__).parent / "data" / "BIOMD0000000608.xml"
    with pytest.raises(InputError, match="it is SBML of Level 3 Version 1") as told:
        read_sbml(path)
    assert "libRoadRunner" in told.value.hint
    plain = re.sub(r"<(notes|annotation)>.*?</\1>", "", good(), flags=re.DOTALL)
    for text in (plain, plain.replace(' timeUnits="day"', "")):  # sound SBML of the level that Titer writes
        assert "libRoadRunner" in refused(tmp_path, text, "no annotation of Titer").hint


def test_a_cut_off_file_is_refused_wherever_it_ends(tmp_path):
    text = good()
    for share in np.linspace(0.05, 0.95, 7):
        refused(tmp_path, text[: int(len(text) * share)], "no XML")


def test_what_is_no_file_is_refused_before_it_is_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")  # nobody writes into it: opening it would wait for ever
    for path in (tmp_path / "nothing.xml", tmp_path, "a\0b", tmp_path / "pipe", "/dev/zero"):
        with pytest.raises(InputError, match="cannot be read"):
            read_sbml(path)


ENTITIES = "".join(f'<!ENTITY e{k} "{f"&e{k - 1};" * 10}">' for k in range(1, 12))


@pytest.mark.parametrize(
    "declared",
    [
        f'<!DOCTYPE sbml [<!ENTITY e0 "ha">{ENTITIES}]>',
        '<!DOCTYPE sbml [<!ENTITY e11 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE sbml SYSTEM "http://127.0.0.1:9/sbml.dtd">',
    ],
)
def test_a_document_type_is_refused_and_nothing_is_expanded_or_fetched(tmp_path, monkeypatch, declared):
    def fetched(*_, **__):
        raise AssertionError("a connection was made")

    monkeypatch.setattr(socket.socket, "connect", fetched)
    head, rest = good().split("\n", 1)
    refused(tmp_path, f"{head}\n{declared}\n{rest.replace('Written by Titer', '&e11;')}", "document type or entities")


def test_a_document_type_hidden_in_another_alphabet_is_refused(tmp_path):
    head = b'<?xml version="1.0" encoding="cp037"?>'
    refused(tmp_path, head + '<!DOCTYPE sbml [<!ENTITY a "b">]><sbml/>'.encode("cp037"), "UTF-8|cp037")
    refused(tmp_path, good().encode("utf-16"), "UTF-8")
    refused(tmp_path, good().replace("UTF-8", "UTF-16"), "UTF-16")


def test_a_file_that_nests_without_end_is_refused_before_any_recursion(tmp_path):
    # libSBML 5.21 leaves with a segmentation fault at ten thousand
    for n in (101, 20_000):
        deep = "<apply><minus/>" * n + "<ci> ikaros__protein </ci>" + "</apply>" * n
        refused(tmp_path, good().replace(f"{RATE}<math {MATH}>", f"{RATE}<math {MATH}>{deep}"), "elements deep")


@pytest.mark.parametrize("steps", [120, 20_000])
def test_rules_that_build_a_deep_tree_by_steps_are_refused(tmp_path, steps):
    names = "".join(
        f'<parameter id="part__{k}" constant="false"><annotation><titer:part xmlns:titer="urn:x-titer:sbml:1"/>'
        "</annotation></parameter>"
        for k in range(900, 900 + steps)
    )
    first = f'<assignmentRule variable="part__900"><math {MATH}><ci> ikaros__protein </ci></math></assignmentRule>'
    rules = first + "".join(
        f'<assignmentRule variable="part__{k}"><math {MATH}><apply><times/><ci> part__{k - 1} </ci>'
        f"<ci> part__{k - 1} </ci></apply></math></assignmentRule>"
        for k in range(901, 900 + steps)
    )
    text = good().replace("</listOfParameters>", f"{names}</listOfParameters>")
    head, tail = text.split(RATE)
    last = f"{RATE}<math {MATH}><ci> part__{899 + steps} </ci></math></rateRule>"
    refused(tmp_path, f"{head}{rules}{last}{tail.split('</rateRule>', 1)[1]}", "deeper")


def test_a_huge_file_and_one_of_very_many_elements_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(guard, "LARGEST", 1000)
    refused(tmp_path, good(), "too large")
    monkeypatch.undo()
    monkeypatch.setattr(guard, "MOST_ELEMENTS", 50)
    refused(tmp_path, good(), "elements deep, and holds")


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("Compartments", '<compartment id="lung" constant="true"/>'),
        ("Species", '<species id="virus" compartment="lung" constant="false"/>'),
        ("Reactions", '<reaction id="growth" reversible="false"/>'),
        ("FunctionDefinitions", '<functionDefinition id="hill"/>'),
        ("Constraints", '<constraint id="never"/>'),
    ],
)
def test_what_titer_does_not_write_is_refused_by_its_name(tmp_path, name, inside):
    told = refused(tmp_path, with_element(name, inside), f"listOf{name}")
    assert inside.split('id="')[1].split('"')[0] in told.what


def test_doses_are_refused_since_they_are_no_part_of_a_system(tmp_path):
    system = assemble([models()["lenalidomide"]], SIGNALS, units=False)
    text = sbml_text(system, doses=[Challenge(0.0, "lenalidomide", 25.0)])
    refused(tmp_path, text, "listOfEvents.*dose_1")


def test_a_package_is_refused(tmp_path):
    package = 'xmlns:fbc="http://www.sbml.org/sbml/level3/version1/fbc/version2" fbc:required="false" level="3"'
    refused(tmp_path, good().replace('level="3"', package, 1), "package")


def swapped(old, new):
    text = good()
    assert old in text
    return text.replace(old, new, 1)


def in_rate(inside):
    head, tail = good().split(RATE)
    return f"{head}{RATE}<math {MATH}>{inside}</math></rateRule>{tail.split('</rateRule>', 1)[1]}"


@pytest.mark.parametrize(
    ("inside", "match"),
    [
        ("<ci> nowhere </ci>", "'nowhere' has no meaning"),
        ("<apply><sin/><cn> 1 </cn></apply>", "<sin> of 1 operands"),
        ("<apply><plus/><cn> 1 </cn><cn> 1 </cn><cn> 1 </cn></apply>", "<plus> of 3 operands"),
        ("<apply/>", "empty <apply>"),
        ("<apply><ci> ikaros__protein </ci></apply>", "<ci> of 0 operands"),
        ("<lambda><cn> 1 </cn></lambda>", "<lambda>"),
        ("<infinity/>", "<infinity>"),
        ("<notanumber/>", "<notanumber>"),
        ("<cn> 1e999 </cn>", "number '1e999'"),
        ("<cn> 0x10 </cn>", "number '0x10'"),
        ("<cn> nan </cn>", "number 'nan'"),
        ("<cn> __import__('os').system('true') </cn>", "number '__import__"),
        ('<cn type="rational"> 1 <sep/> 3 </cn>', "rational"),
        ('<cn type="e-notation"> 1 <sep/> 99999 </cn>', "e-notation"),
        ('<cn type="e-notation"> 1 <sep/> 999 </cn>', "e-notation"),
        ("<piecewise><piece><cn> 1 </cn><true/></piece></piecewise>", "<piecewise>"),
        ('<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/delay"> d </csymbol>', "<csymbol>"),
        ("<cn> 1 </cn><cn> 2 </cn>", "2 expressions"),
        ("", "0 expressions"),
    ],
)
def test_maths_that_titer_does_not_write_is_refused(tmp_path, inside, match):
    told = refused(tmp_path, in_rate(inside), match)
    assert told.exit_code == 2
    assert "ikaros__protein" in told.where


def test_faults_of_quantities_are_told_with_their_name(tmp_path):
    parameter = good().split('<parameter id="ikaros__')[1].split('"')[0]
    value = good().split(f'id="ikaros__{parameter}"')[1].split('value="')[1].split('"')[0]
    for bad in ("NaN", "INF", "-INF"):
        told = refused(tmp_path, swapped(f'value="{value}"', f'value="{bad}"'), "value is")
        assert f"ikaros__{parameter}" in told.where
    refused(tmp_path, swapped(f'value="{value}"', 'value="one"'), "value is 'one'")
    refused(tmp_path, swapped(f' value="{value}"', ""), "value is None")
    refused(tmp_path, swapped('units="unit_1_per_h"', 'units="furlong"'), "unit 'furlong' is not defined")
    refused(tmp_path, swapped('id="unit_1_per_h" name="1/h"', 'id="unit_1_per_h" name="9^9^9^9"'), "not a unit")
    refused(tmp_path, swapped("<titer:parameter", "<titer:secret"), "role 'secret'")


@pytest.mark.parametrize(
    ("name", "match"), [("m^0.0001", "is not a unit"), ("0 m", "is not a unit"), ("1e9 km^0.001", "SBML cannot hold")]
)
def test_a_unit_that_is_no_unit_is_refused(tmp_path, name, match):
    refused(tmp_path, swapped('id="unit_1_per_h" name="1/h"', f'id="unit_1_per_h" name="{name}"'), match)


def test_a_message_does_not_grow_with_the_file(tmp_path):
    many = "".join(f'<titer:signal name="s{k}" unit="" meaning="" rest="1.0"/>' for k in range(1000))
    text = swapped('<titer:signal name="ikaros"', '<titer:signal name="other"')
    refused(tmp_path, text.replace("</titer:system>", f"{many}</titer:system>"), "no such signal")


def test_faults_of_what_is_declared_are_told(tmp_path):
    refused(tmp_path, swapped("<titer:source ", '<titer:source confirmed="true" '), "confirmed is 'true'.*yes or no")
    refused(tmp_path, swapped("urn:x-titer:sbml:1", "urn:other"), "no annotation of Titer")
    refused(tmp_path, swapped(' status="', ' standing="'), "attribute 'standing'")
    refused(tmp_path, swapped('key="ikaros"', 'key="other"'), "belongs to no model")
    refused(tmp_path, swapped(' time="h"', ' time="year"'), "neither day nor h")
    status = good().split("<titer:parameter")[1].split('status="')[1].split('"')[0]
    with pytest.raises(ModelError, match="status 'sure' is not known"):
        path = tmp_path / "file.xml"
        path.write_text(swapped(f'status="{status}"', 'status="sure"'))
        read_sbml(path)


def test_a_rule_that_is_missing_doubled_or_circular_is_refused(tmp_path):
    rate = RATE + good().split(RATE)[1].split("</rateRule>")[0] + "</rateRule>"
    refused(tmp_path, swapped(rate, ""), "'ikaros__protein' without a rule")
    refused(tmp_path, swapped(rate, rate + rate), "'ikaros__protein', there twice")
    signal = '<assignmentRule variable="ikaros">'
    head, tail = good().split(signal)
    circle = f"{signal}<math {MATH}><ci> ikaros </ci></math></assignmentRule>"
    refused(tmp_path, f"{head}{circle}{tail.split('</assignmentRule>', 1)[1]}", "'ikaros' has no meaning here")


def test_a_file_that_contradicts_itself_is_refused(tmp_path):
    refused(tmp_path, swapped('timeUnits="day"', 'timeUnits="second"'), "time in 'second'")
    refused(tmp_path, swapped(' timeUnits="day"', ""), "time in ''")
    an_hour = swapped('id="day" name="day"', 'id="day" name="h"').replace('multiplier="86400.0"', 'multiplier="3600.0"')
    refused(tmp_path, an_hour, "time in 'h'")
    refused(tmp_path, re.sub(r'<unitDefinition id="day".*?</unitDefinition>', "", good()), "time in 'day'")
    refused(tmp_path, swapped('multiplier="3600.0"', 'multiplier="60.0"'), "definition of unit 'unit_1_per_h'")
    rules = "<listOfRules>" + good().split("<listOfRules>")[1].split("</listOfRules>")[0] + "</listOfRules>"
    refused(tmp_path, swapped(rules, rules + rules), "listOfRules")
    refused(tmp_path, swapped("<listOfParameters>", '<listOfParameters><species id="virus"/>'), "species.*listOfParam")


def test_names_of_a_file_reach_no_path_and_no_shell(tmp_path):
    refused(tmp_path, good().replace("ikaros__protein", "../../etc/passwd; touch pwned"), "no SBML identifier")
    assert os.listdir(tmp_path) == ["file.xml"]


def outcome(path, text):
    path.write_bytes(text)
    try:
        read_sbml(path)
    except InputError:
        return "refused"
    return "read"


def test_bytes_changed_at_random_are_read_or_refused_and_nothing_else(tmp_path):
    draw, text = np.random.default_rng(7), good().encode()
    outcomes = []
    for _ in range(150):
        changed = bytearray(text)
        changed[draw.integers(0, len(text))] = draw.integers(32, 127)
        outcomes.append(outcome(tmp_path / "file.xml", bytes(changed)))
    assert outcomes.count("refused") > 20
    assert outcomes.count("read") > 20  # a letter of a note


def test_elements_and_attributes_taken_away_or_doubled_are_read_or_refused_and_nothing_else(tmp_path):
    draw, outcomes = np.random.default_rng(8), []
    for _ in range(300):
        root = ElementTree.fromstring(good())
        holders = [one for one in root.iter() if len(one)]
        holder = holders[draw.integers(len(holders))]
        inner = holder[draw.integers(len(holder))]
        match draw.integers(4):
            case 0:
                holder.remove(inner)
            case 1:
                holder.append(inner)
            case 2:
                holder.insert(0, ElementTree.Element(inner.tag))
            case _:
                inner.attrib = dict(list(inner.attrib.items())[1:])
        outcomes.append(outcome(tmp_path / "file.xml", ElementTree.tostring(root)))
    assert outcomes.count("refused") > 50
    assert outcomes.count("read") > 20  # notes, and attributes of other programs
