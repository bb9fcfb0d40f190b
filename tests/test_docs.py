"""The documentation says what is so: its code runs, its links and pictures are there, its commands exist."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from titer.cli import run
from titer.errors import ModelError
from titer.library import models, relapsed_myeloma_models
from titer.library.signals import SIGNALS
from titer.model import assemble

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.S)


def test_the_model_of_the_guide_can_be_assembled_with_the_library():
    program = blocks("docs/writing_a_model.md", "python")[0]
    names = {"__doc__": "Examplemide"}
    exec(compile(program, "writing_a_model.md", "exec"), names)
    system = assemble([names["MODEL"], *relapsed_myeloma_models()], SIGNALS)
    assert "examplemide.central" in system.states
    assert "examplemide" in system.doses


def test_the_model_of_the_guide_is_shown_and_compared_when_its_file_is_in_the_folder(tmp_path):
    shutil.copytree(ROOT / "src" / "titer", tmp_path / "titer", ignore=shutil.ignore_patterns("__pycache__"))
    program = blocks("docs/writing_a_model.md", "python")[0]
    (tmp_path / "titer" / "library" / "drugs" / "examplemide.py").write_text(program, encoding="utf-8")
    commands = re.findall(r"/titer (.*)", blocks("docs/writing_a_model.md", "bash")[0].replace("\\\n", ""))
    assert [shlex.split(command)[0] for command in commands] == ["show", "regimen", "compare"]
    small = ["-n", "6", "--cycles", "1", "--out", str(tmp_path / "results")]
    for command in commands:
        words = shlex.split(command)
        asked = [*words[: words.index("-n")], *small] if "-n" in words else words
        shown = subprocess.run(
            [sys.executable, "-m", "titer", *asked],
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": str(tmp_path)},
        )
        assert (shown.returncode, shown.stderr) == (0, "")
        assert "examplemide" in shown.stdout
    assert (tmp_path / "results" / "report.html").exists()


def test_the_guide_shows_how_a_model_is_looked_at(capsys):
    exec(blocks("docs/writing_a_model.md", "python")[1], {})
    assert "lenalidomide.gut" in capsys.readouterr().out


def test_a_model_with_a_forgotten_rate_is_refused():
    from dataclasses import replace

    broken = replace(models()["lenalidomide"], states=models()["lenalidomide"].states[:-1])
    with pytest.raises(ModelError, match="rate"):
        assemble([broken], SIGNALS)


def test_links_and_pictures_lead_somewhere():
    looked, missing = 0, []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if target.startswith(("http", "mailto:")) or "models/" in target or target == "system.svg":
                continue
            looked += 1
            if not (page.parent / target).exists():
                missing.append(f"{page.name}: {target}")
    assert looked > 5
    assert missing == []


def test_every_page_is_in_the_table_of_contents():
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    listed = index.split("```{toctree}")[1].split("```")[0].split()
    pages = {page.stem for page in (ROOT / "docs").glob("*.md")} - {"index"}
    assert pages <= set(listed)


def test_commands_named_in_the_documentation_exist(capsys):
    used = set()
    for page in PAGES:
        used |= set(re.findall(r"titer (compare|list|show|regimen|validate)\b", page.read_text(encoding="utf-8")))
    assert used == {"compare", "list", "show", "regimen", "validate"}
    for command in sorted(used):
        assert run([command, "--help"]) == 0
    capsys.readouterr()


def test_regimens_written_in_the_documentation_are_understood():
    from titer import parse_regimen

    pages = [ROOT / "README.md", ROOT / "docs" / "start.md", ROOT / "docs" / "tutorial.md"]
    found = {text for page in pages for text in re.findall(r'"((?:len|dex)[a-z]* \d[^"]*)"', page.read_text())}
    assert len(found) >= 4
    for text in found:
        assert parse_regimen(text).drugs


def test_generated_pages_cover_the_library(tmp_path):
    import sys

    sys.path.insert(0, str(ROOT / "docs"))
    try:
        from generate import write_model_pages
    finally:
        sys.path.pop(0)
    pages = write_model_pages(tmp_path / "models")
    assert {page.stem for page in pages} == set(models())
    index = (tmp_path / "models" / "index.md").read_text(encoding="utf-8")
    assert all(f"\n{key}\n" in index for key in models())
    assert (tmp_path / "models" / "system.svg").read_text(encoding="utf-8").startswith("<svg")


def test_the_version_is_the_same_everywhere():
    import titer

    assert f"version: {titer.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"## {titer.__version__}\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
