"""The shape of the house: who may import whom, how long things get, what stays light, what is documented."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import titer

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "titer"
FILES = sorted(SOURCE.rglob("*.py"))
ENTRANCES = ("__init__", "__main__", "api")  # files that stand above all folders and may fetch from any
HEAVY = ("sympy", "scipy", "pint", "pyarrow", "matplotlib", "jinja2", "pandas", "polars", "duckdb", "numba", "jax")
HEAVY += ("libsbml", "roadrunner", "SALib")
LONGEST_FILE, LONGEST_FUNCTION = 800, 60


def folder_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def house_order() -> list[str]:
    """Folders and files from top to bottom, as the picture in docs/architecture.md draws them."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    picture = text[text.index("src/titer/\n") :].split("\n\n")[0].splitlines()[1:]
    names = [name for line in picture for name in re.findall(r"^\s{6}((?:\S+\.py\s*)+|\w+/)", line)]
    return [word.rstrip("/").removesuffix(".py") for name in names for word in name.split()]


def imported_modules(tree: ast.AST) -> list[str]:
    """Modules of this package that a file imports, also inside functions; those for type checkers are left out."""
    skipped = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    found = []
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "titer":
            found.append(node.module)
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.split(".")[0] == "titer"]
    return found


def test_the_picture_of_the_house_names_every_folder():
    folders = {folder_of(path) for path in FILES} - set(ENTRANCES)
    assert len(folders) > 8
    assert folders <= set(house_order())


def test_a_folder_imports_only_from_those_above_it():
    rank = {name: place for place, name in enumerate(house_order())}
    looked, wrong = 0, []
    for path in FILES:
        own = folder_of(path)
        if own in ENTRANCES:
            continue
        for module in imported_modules(ast.parse(path.read_text(encoding="utf-8"))):
            other = [*module.split("."), "__init__"][1]
            looked += 1
            if other not in ENTRANCES and rank[other] > rank[own]:
                wrong.append(f"{path.relative_to(SOURCE)} imports {module}")
    assert looked > 100
    assert wrong == []


def test_files_are_short():
    too_long = {str(p.relative_to(SOURCE)): n for p in FILES if (n := len(p.read_text().splitlines())) > LONGEST_FILE}
    assert len(FILES) > 40
    assert too_long == {}


def test_functions_are_short():
    looked, too_long = 0, []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                looked += 1
                body = node.body[1:] if ast.get_docstring(node) else node.body
                length = body[-1].end_lineno - body[0].lineno + 1 if body else 0
                if length > LONGEST_FUNCTION:
                    too_long.append(f"{path.relative_to(SOURCE)}: {node.name} has {length} lines")
    assert looked > 300
    assert too_long == []


def test_no_module_imports_a_heavy_library_at_its_top():
    looked, wrong = 0, []
    for path in FILES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            looked += len(names)
            wrong += [f"{path.relative_to(SOURCE)}: {n}" for n in names if n and n.split(".")[0] in HEAVY]
    assert looked > 200
    assert wrong == []


@pytest.mark.parametrize("code", ["import titer", "import titer.cli.app"])
def test_importing_stays_light(code):
    heavy = (*HEAVY, "numpy", "rich")
    program = f"{code}; import sys; print([n for n in {heavy!r} if n in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_every_public_name_is_documented_and_has_an_example():
    assert len(titer.__all__) >= 8
    for name in titer.__all__:
        text = getattr(titer, name).__doc__ or ""
        assert "Example" in text, f"titer.{name} has no example"
        assert ">>>" in text, f"titer.{name} has no example that runs"


def test_every_public_name_is_in_the_api_page():
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    assert [name for name in titer.__all__ if f"titer.{name}" not in page] == []


def test_an_unknown_public_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = titer.nothing


def test_the_readme_test_command_is_what_the_checks_run():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    checks = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    commands = [line for block in re.findall(r"```bash\n(.*?)```", readme, re.S) for line in block.splitlines()]
    joined = " ".join(commands)
    assert "-m pytest -n auto" in joined
    assert "-m pytest -n auto" in checks
    assert ".venv/bin/titer compare" in joined


def test_the_checks_can_be_run():
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_nothing_names_the_place_it_was_made_in():
    words = ("/work" + "/", "/root" + "/", "py" + "pi.org", "files.python" + "hosted")
    texts = [*FILES, *ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "examples").glob("*.py")]
    wrong = [f"{p.name}: {w}" for p in texts for w in words if w in p.read_text(encoding="utf-8")]
    assert len(texts) > 50
    assert wrong == []
