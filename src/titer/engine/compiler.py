"""The C compiler: the system's own, else the one in the `ziglang` wheel, so that no user has to install one.

`TITER_CC` names another compiler command ("clang", "zig cc", "/opt/bin/gcc -m64").
"""

from __future__ import annotations

import errno
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from titer.errors import CompileError

CANDIDATES = ("cc", "gcc", "clang")
# Not -ffast-math: it lets the compiler assume that no NaN exists, and a NaN error would then be an accepted step.
FLAGS = (
    *("-std=gnu11", "-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast"),
    *("-fopenmp-simd", "-fPIC", "-shared", "-w"),
)
WIDE_FLAG = "-mprefer-vector-width=512"
TIME_LIMIT_S = 600
FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class Compiler:
    """A working compiler command.

    Args:
        command: words of the command line.
        version: what it says about itself; part of the key under which kernels are kept.
    """

    command: tuple[str, ...]
    version: str


def find_compiler() -> Compiler:
    """The compiler to use: TITER_CC, else cc, gcc or clang on the PATH, else `python -m ziglang cc`.

    Raises:
        CompileError: there is none, or the one named by TITER_CC does not run.
    """
    named = os.environ.get("TITER_CC", "").strip()
    if named:
        command = tuple(shlex.split(named))
        version = _version(command)
        if version is None:
            raise CompileError(
                f"the compiler '{named}' does not run",
                where="environment variable TITER_CC",
                right="a C compiler command such as gcc, clang or 'zig cc'",
                hint="unset TITER_CC to let Titer look for one",
            )
        return Compiler(command, version)
    for command in _known_commands():
        version = _version(command)
        if version is not None:
            return Compiler(command, version)
    raise CompileError(
        "there is no C compiler, so no kernel can be made",
        where="looked for " + ", ".join(CANDIDATES) + " on the PATH and for the Python package ziglang",
        hint="pip install ziglang",
    )


def _known_commands() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [(path,) for path in map(shutil.which, CANDIDATES) if path]
    if importlib.util.find_spec("ziglang") is not None:
        found.append((sys.executable, "-m", "ziglang", "cc"))
    return found


@lru_cache(maxsize=16)
def _version(command: tuple[str, ...]) -> str | None:
    try:
        answer = subprocess.run([*command, "--version"], capture_output=True, text=True, timeout=120, check=False)
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


def compile_library(compiler: Compiler, source: Path, library: Path, flags: tuple[str, ...] = FLAGS) -> None:
    """Compile one C file to a shared library.

    Raises:
        CompileError: the compiler refused or did not finish; its own words are in the message.
        OSError: the compiler says that the disk is full.
    """
    command = [*compiler.command, *flags, str(source), "-o", str(library), "-lm"]
    # What Zig keeps for itself (47 MB, saves 5 s) lies beside the kernels: one folder holds all that Titer leaves.
    kept = {name: str(library.parent / "zig") for name in ("ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR")}
    environment = kept | os.environ | {"LC_ALL": "C"}
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, timeout=TIME_LIMIT_S, check=False, env=environment
        )
    except (OSError, subprocess.SubprocessError) as reason:
        raise CompileError(f"the compiler did not run: {reason}", where=shlex.join(command)) from None
    if answer.returncode != 0:
        for code in FULL:
            if os.strerror(code) in answer.stderr:
                raise OSError(code, os.strerror(code))
        said = "\n".join(answer.stderr.strip().splitlines()[:12]) or f"exit status {answer.returncode}"
        raise CompileError(
            f"the compiler refused the kernel:\n{said}",
            where=shlex.join(command),
            hint="set TITER_CC to another compiler, e.g. TITER_CC='python -m ziglang cc'",
        )


@lru_cache(maxsize=1)
def processor() -> tuple[str, frozenset[str]]:
    """Name and features of this machine's processor: code made for one may not run on another.

    Where the system does not list the features (all but Linux), the machine's own name is part of the answer, so that
    two machines that share a home folder do not share kernels.
    """
    import platform

    name, features = platform.machine() + " " + platform.processor(), frozenset[str]()
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        text = ""
    for line in text.splitlines():
        label, _, value = line.partition(":")
        if label.strip() == "model name":
            name = value.strip()
        elif label.strip() in ("flags", "Features"):
            features = frozenset(value.split())
            break
    return (name, features) if features else (f"{name} of {platform.node()}", features)


def has_wide_vectors() -> bool:
    """Whether the processor has AVX-512, so that 16 patients side by side pay."""
    return {"avx512f", "avx512dq", "avx512vl"} <= processor()[1]
