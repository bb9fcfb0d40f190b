"""Compiled kernels are kept by content: same trees, same C files, same compiler, same processor → same file.

The folder is private to the user, files appear there whole or not at all, and a file that is damaged or belongs to
somebody else is not loaded but made again: loading a library runs it. Where the folder cannot be written (full disk,
no permission) kernels go to a temporary folder, private too, that goes with this process.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from titer.errors import StorageError

SUFFIX = ".so"


def cache_folder() -> Path:
    """Where kernels are kept: TITER_CACHE, else `titer` in the user's cache folder. Made private (0700) when missing.

    Raises:
        StorageError: the folder cannot be made, is not ours, or others may write to it.
    """
    try:
        return _private_folder()
    except OSError as reason:
        raise StorageError(
            f"the folder for compiled kernels cannot be used: {reason.strerror}",
            where=str(_place()),
            right="a folder of your own that can be written",
            hint="set the environment variable TITER_CACHE to such a folder",
        ) from None


def _place() -> Path:
    return Path(os.environ.get("TITER_CACHE") or _user_cache() / "titer") / "kernels"


def _private_folder() -> Path:
    folder = _place()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if hasattr(os, "getuid"):
        _make_private(folder)
    return folder


def _user_cache() -> Path:
    if os.environ.get("XDG_CACHE_HOME"):
        return Path(os.environ["XDG_CACHE_HOME"])
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("LOCALAPPDATA") or Path.home() / ".cache")


def _make_private(folder: Path) -> None:
    status = folder.stat()
    if status.st_uid != os.getuid():
        raise StorageError(
            "the folder for compiled kernels belongs to another user",
            where=str(folder),
            hint="set the environment variable TITER_CACHE to a folder of your own",
        )
    if status.st_mode & 0o077:
        folder.chmod(0o700)


def kept_library(key: str, make: Callable[[Path], None]) -> tuple[Path, bool]:
    """The library of a key, made by `make(path)` unless a sound one is kept.

    Returns:
        Its path, and whether it was there already.

    Raises:
        StorageError: neither the cache nor a temporary folder can be written, or the cache is not ours.
        CompileError: from `make`.
    """
    name = f"{key}{SUFFIX}"
    if os.environ.get("TITER_CACHE"):
        cache_folder()  # who names a folder is told when it is of no use
    try:
        return _found_or_made(_private_folder() / name, make)
    except OSError as reason:
        with _told_as_storage(_place(), reason):
            return _found_or_made(_folder_of_this_process() / name, make)


def _found_or_made(library: Path, make: Callable[[Path], None]) -> tuple[Path, bool]:
    if _is_sound(library):
        return library, True
    _make_and_keep(library, make)
    return library, False


@lru_cache(maxsize=1)
def _folder_of_this_process() -> Path:
    """Private (mkdtemp makes it 0700), removed when the process ends."""
    folder = tempfile.mkdtemp(prefix="titer-kernels-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@contextmanager
def _told_as_storage(cache: Path, first: OSError) -> Iterator[None]:
    """Turns a second refusal, of the temporary folder, into the error that the user sees."""
    try:
        yield
    except OSError as second:
        raise StorageError(
            f"a compiled kernel cannot be kept: {first.strerror or first}; nor for this run alone: "
            f"{second.strerror or second}",
            where=f"{cache} and {tempfile.gettempdir()}",
            right="a folder of your own with some megabytes free",
            hint="free some space, or set TITER_CACHE to another folder",
        ) from None


def _make_and_keep(library: Path, make: Callable[[Path], None]) -> None:
    """The library first, then its checksum: between the two it counts as damaged and would be made again.

    Raises:
        OSError: something could not be written.
    """
    fresh = _temporary(library)
    checksum = _temporary(library)
    try:
        make(fresh)
        checksum.write_text(hashlib.sha256(fresh.read_bytes()).hexdigest())
        _checksum_file(library).unlink(missing_ok=True)
        os.replace(fresh, library)
        os.replace(checksum, _checksum_file(library))
    finally:
        fresh.unlink(missing_ok=True)
        checksum.unlink(missing_ok=True)


def _temporary(library: Path) -> Path:
    handle, name = tempfile.mkstemp(prefix=".making-", suffix=SUFFIX, dir=library.parent)
    os.close(handle)
    return Path(name)


def _is_sound(library: Path) -> bool:
    try:
        if hasattr(os, "getuid") and library.stat().st_uid != os.getuid():
            return False
        expected = _checksum_file(library).read_bytes().strip()  # damaged bytes need not be text
        return hashlib.sha256(library.read_bytes()).hexdigest().encode() == expected
    except OSError:
        return False


def _checksum_file(library: Path) -> Path:
    return library.with_suffix(".sha256")
