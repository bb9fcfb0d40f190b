"""Which program makes a result: versions, and a digest of everything in the package that computes.

Two runs that agree in this and in what they ask give the same bytes on one kind of processor; a run is resumed, and a
worker takes part in it, only where they do.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import titer

# Folders whose code decides what a table holds; reports, plots and commands may change before a run is resumed.
COMPUTING = ("model", "engine", "dosing", "patients", "clinic", "library", "trials", "decisions")
LIBRARIES = ("numpy", "scipy", "pyarrow")


def program_identity() -> dict[str, object]:
    """Version of the package, digest of its code, versions of the libraries that compute and write.

    Example:
        >>> sorted(program_identity())
        ['code', 'libraries', 'titer']
    """
    return {
        "titer": titer.__version__,
        "code": _code_digest(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


@lru_cache(maxsize=1)
def _code_digest() -> str:
    root = Path(titer.__file__).parent
    sources = [root / "units.py"]
    for folder in COMPUTING:
        sources += [path for path in (root / folder).rglob("*") if path.suffix in (".py", ".c", ".h", ".toml")]
    digest = hashlib.sha256()
    for path in sorted(sources):
        digest.update(path.relative_to(root).as_posix().encode() + b"\\0" + path.read_bytes() + b"\\0")
    return digest.hexdigest()[:16]
