"""Compiled kernels are kept by content: same trees, same C files, same compiler, same processor → same file.

The folder is private to the user, files appear there whole or not at all, and a file that is damaged or belongs to
somebody else is not loaded but made again: loading a library runs it.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from titer.errors import StorageError

SUFFIX = ".so"


def cache_folder() -> Path:
    """Where kernels are kept: TITER_CACHE, else `titer` in the user's cache folder. Made private (0700) when missing.

    Raises:
        StorageError: the folder cannot be made, is not ours, or others may write to it.
    """
    folder = Path(os.environ.get("TITER_CACHE") or _user_cache() / "titer") / "kernels"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if hasattr(os, "getuid"):
            _make_private(folder)
    except OSError as reason:
        raise StorageError(
            f"the folder for compiled kernels cannot be used: {reason.strerror}",
            where=str(folder),
            hint="set the environment variable TITER_CACHE to a folder of your own",
        ) from None
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
        StorageError: the folder cannot be written.
    """
    library = cache_folder() / f"{key}{SUFFIX}"
    if _is_sound(library):
        return library, True
    handle, name = _temporary(library)
    os.close(handle)
    fresh = Path(name)
    try:
        make(fresh)
        _keep(fresh, library)
    finally:
        fresh.unlink(missing_ok=True)
    return library, False


def _temporary(library: Path) -> tuple[int, str]:
    try:
        return tempfile.mkstemp(prefix=".making-", suffix=SUFFIX, dir=library.parent)
    except OSError as reason:
        raise StorageError(
            f"a compiled kernel cannot be kept: {reason.strerror}",
            where=str(library.parent),
            hint="free some space, or set TITER_CACHE to another folder",
        ) from None


def _keep(fresh: Path, library: Path) -> None:
    """The library first, then its checksum: between the two it counts as damaged and would be made again."""
    checksum = hashlib.sha256(fresh.read_bytes()).hexdigest()
    _checksum_file(library).unlink(missing_ok=True)
    os.replace(fresh, library)
    handle, name = _temporary(library)
    with os.fdopen(handle, "w") as file:
        file.write(checksum)
    os.replace(name, _checksum_file(library))


def _is_sound(library: Path) -> bool:
    try:
        if hasattr(os, "getuid") and library.stat().st_uid != os.getuid():
            return False
        expected = _checksum_file(library).read_text().strip()
        return hashlib.sha256(library.read_bytes()).hexdigest() == expected
    except OSError:
        return False


def _checksum_file(library: Path) -> Path:
    return library.with_suffix(".sha256")
