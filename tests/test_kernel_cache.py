"""Compilers found or missed, kernels kept, damaged files noticed."""

import errno
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

import titer.engine.cache
from titer.engine import BOLUS, Ensemble, compile_kernel, compiler, make_events
from titer.engine.cache import cache_folder
from titer.engine.textbook import one_compartment
from titer.errors import CompileError, StorageError


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TITER_CACHE", str(tmp_path))
    return tmp_path / "kernels"


def concentrations(kernel):
    ensemble = Ensemble(kernel, kernel.system.typical())
    return ensemble.advance(1.0, make_events(1, 0, 0.0, BOLUS, 0, 100.0), np.linspace(0, 1, 9))


def test_the_second_time_a_kernel_comes_from_the_cache(cache):
    first = compile_kernel(one_compartment(), "explicit")
    second = compile_kernel(one_compartment(), "explicit")
    assert (first.from_cache, second.from_cache) == (False, True)
    assert first.library_path == second.library_path
    assert np.array_equal(concentrations(first), concentrations(second))


def test_another_system_is_another_kernel(cache):
    kernels = [compile_kernel(one_compartment(saturable=s), "explicit") for s in (False, True)]
    assert kernels[0].library_path != kernels[1].library_path


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "no checksum", "checksum of random bytes"])
def test_a_damaged_kernel_is_made_again(cache, damage):
    kernel = compile_kernel(one_compartment(), "explicit")
    expected = concentrations(kernel)
    library = kernel.library_path
    content = library.read_bytes()
    if damage == "no checksum":
        library.with_suffix(".sha256").unlink()
    elif damage == "checksum of random bytes":
        library.with_suffix(".sha256").write_bytes(b"\xff\xfe\x80" * 20)  # not UTF-8
    else:
        library.unlink()  # a new file: the one in use stays mapped
        changed = {"cut": content[:5000], "changed": b"x" + content[1:], "empty": b""}[damage]
        library.write_bytes(changed)
    again = compile_kernel(one_compartment(), "explicit")
    assert not again.from_cache
    assert np.array_equal(concentrations(again), expected)
    assert compile_kernel(one_compartment(), "explicit").from_cache


def test_the_cache_is_private_and_holds_whole_files_only(cache):
    compile_kernel(one_compartment(), "explicit")
    assert cache.stat().st_mode & 0o777 == 0o700
    assert sorted(path.suffix for path in cache.iterdir()) == [".sha256", ".so"]


def test_a_cache_open_to_others_is_closed(cache):
    cache.mkdir(parents=True)
    cache.chmod(0o777)
    assert cache_folder().stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners of files are a matter of POSIX")
def test_a_cache_of_another_user_is_refused(cache, monkeypatch):
    cache.mkdir(parents=True)
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    with pytest.raises(StorageError, match=r"another user.*TITER_CACHE"):
        compile_kernel(one_compartment(), "explicit")


def test_a_cache_that_cannot_be_made_is_reported(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TITER_CACHE", str(tmp_path / "file"))
    with pytest.raises(StorageError, match="TITER_CACHE"):
        compile_kernel(one_compartment(), "explicit")


NO_SPACE = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def fill_the_disk(monkeypatch, what, *folders):
    """Writing below the folders fails from now on, in one way of writing."""

    def full(path):
        return any(str(path).startswith(str(folder)) for folder in folders)

    if what == "temporary":
        plain = tempfile.mkstemp
        monkeypatch.setattr(tempfile, "mkstemp", lambda **k: fail() if full(k.get("dir")) else plain(**k))
    elif what == "replace":
        move = os.replace
        monkeypatch.setattr(os, "replace", lambda a, b: fail() if full(b) else move(a, b))
    else:
        write = Path.write_text
        monkeypatch.setattr(
            Path, "write_text", lambda p, t, **k: fail() if full(p) and is_part(p, what) else write(p, t, **k)
        )


def is_part(path, what):
    return (path.suffix == ".c") == (what == "source")


def fail():
    raise NO_SPACE


WRITES = ["temporary", "source", "checksum", "replace"]


@pytest.mark.parametrize("what", WRITES)
def test_a_full_cache_leaves_a_kernel_for_this_process(cache, monkeypatch, what):
    fill_the_disk(monkeypatch, what, cache)
    kernel = compile_kernel(one_compartment(), "explicit")
    assert cache not in kernel.library_path.parents
    assert kernel.library_path.parent.stat().st_mode & 0o777 == 0o700
    assert np.isfinite(concentrations(kernel)).all()
    assert compile_kernel(one_compartment(), "explicit").library_path == kernel.library_path
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize("what", WRITES)
def test_a_disk_full_everywhere_is_a_storage_error(cache, monkeypatch, what):
    monkeypatch.setattr(titer.engine.cache, "_folder_of_this_process", lambda: cache.parent)
    fill_the_disk(monkeypatch, what, cache.parent)
    with pytest.raises(StorageError, match=r"No space left.*Where: .*kernels.*Right: .*Try: .*TITER_CACHE"):
        compile_kernel(one_compartment(), "explicit")
    assert list(cache.iterdir()) == []


def test_a_compiler_that_finds_the_disk_full_is_a_storage_error(cache, monkeypatch, tmp_path):
    script = tmp_path / "cc"
    script.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo fake && exit 0\necho "ld: No space left on device" >&2\nexit 1\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("TITER_CC", str(script))
    with pytest.raises(StorageError, match="No space left on device"):
        compile_kernel(one_compartment(), "explicit")
    assert list(cache.iterdir()) == []


def test_a_home_that_cannot_be_written_leaves_a_kernel_for_this_process(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.delenv("TITER_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert np.isfinite(concentrations(compile_kernel(one_compartment(), "explicit"))).all()


def test_machines_whose_features_are_unknown_do_not_share_kernels(monkeypatch):
    def no_list(path):
        raise FileNotFoundError(path)

    keys = []
    for node in ("one", "two"):
        compiler.processor.cache_clear()
        with monkeypatch.context() as patch:
            patch.setattr(Path, "read_text", no_list)
            patch.setattr(platform, "node", lambda node=node: node)
            keys.append(compiler.processor())
    compiler.processor.cache_clear()
    assert keys[0] != keys[1]


def test_no_compiler_is_a_clear_error(cache, monkeypatch):
    monkeypatch.delenv("TITER_CC", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(compiler.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CompileError, match="pip install ziglang"):
        compile_kernel(one_compartment(), "explicit")


def test_a_compiler_that_does_not_run_is_named(cache, monkeypatch):
    monkeypatch.setenv("TITER_CC", "/nowhere/gcc -m64")
    with pytest.raises(CompileError, match="'/nowhere/gcc -m64' does not run"):
        compile_kernel(one_compartment(), "explicit")


def test_what_a_compiler_says_is_in_the_error(cache, monkeypatch, tmp_path):
    script = tmp_path / "cc"
    script.write_text('#!/bin/sh\n[ "$1" = --version ] && echo fake && exit 0\necho "cannot do this" >&2\nexit 1\n')
    script.chmod(0o755)
    monkeypatch.setenv("TITER_CC", str(script))
    with pytest.raises(CompileError, match="cannot do this"):
        compile_kernel(one_compartment(), "explicit")
    assert list(cache.iterdir()) == []


def test_zig_stands_in_where_there_is_no_other_compiler(cache, monkeypatch):
    pytest.importorskip("ziglang")
    with_system_compiler = concentrations(compile_kernel(one_compartment(), "explicit"))
    monkeypatch.setattr(compiler.shutil, "which", lambda name: None)
    monkeypatch.delenv("TITER_CC", raising=False)
    kernel = compile_kernel(one_compartment(), "explicit")
    assert "ziglang" in compiler.find_compiler().command
    assert not kernel.from_cache
    np.testing.assert_allclose(concentrations(kernel), with_system_compiler, rtol=1e-13)
    assert any((cache / "zig").iterdir())  # what Zig keeps for itself lies in Titer's folder too


def test_a_kernel_from_the_cache_needs_no_sympy(cache):
    code = (
        "import sys; from titer.engine import compile_kernel; from titer.engine.textbook import one_compartment\n"
        "kernel = compile_kernel(one_compartment()); kernel.library\n"
        "heavy = {'sympy', 'scipy', 'pint', 'matplotlib', 'pyarrow'} & set(sys.modules)\n"
        "print(kernel.from_cache, sorted(heavy))"
    )
    answers = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(2)
    ]
    assert [a.stdout.strip() for a in answers] == ["False []", "True []"]
