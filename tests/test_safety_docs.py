"""docs/safety.md says what is so: its tables are those of the package, its examples run."""

import json
import re
import runpy
import shlex
from pathlib import Path

from titer.cli import run
from titer.library.labels import safety_rules
from titer.patients.columns import FACTS

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "safety.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.S)


def test_the_tables_are_those_of_the_package():
    writer = runpy.run_path(str(ROOT / "docs" / "write_safety.py"))
    assert writer["with_tables"](PAGE) == PAGE, "run: python docs/write_safety.py"


def test_every_rule_and_every_key_is_listed():
    assert len(safety_rules()) > 120
    assert [key for key in safety_rules() if f"| `{key}` |" not in PAGE] == []
    own = [fact.name for fact in FACTS.values() if not fact.derived_from]
    assert len(own) > 100
    assert [name for name in own if f"| `{name}` |" not in PAGE] == []


def test_the_commands_give_what_is_shown(tmp_path, capsys):
    files, commands, shown = blocks("json"), blocks("bash"), blocks("text")[0]
    assert len(files) == len(commands) == 2
    for text, command in zip(files, commands, strict=True):
        path = tmp_path / "patient.json"
        path.write_text(text)
        assert json.loads(text)
        code = run(shlex.split(command.replace("patient.json", str(path)))[1:])
        printed = capsys.readouterr().out
        assert code == 1
        if command == commands[0]:
            assert printed.startswith(shown.rstrip())


def test_the_program_for_many_patients_runs(capsys):
    exec(blocks("python")[0], {})
    assert " of 1000" in capsys.readouterr().out


def test_the_example_of_a_rule_is_a_rule():
    names = {}
    exec(blocks("python")[1], names)
    assert names["RULES"][0].key == "examplemide_potassium"
