"""Results on disk: written chunk by chunk, each part whole or not there, so that a run that was killed goes on.

A run grows in `DIR/unfinished/`, and takes its place in DIR when all of it is written; an earlier finished result stays
as it was until then. Layout of both:

    run.json                     written first: what was asked
    <table>/part-00000.parquet   one part per chunk and table: hidden temporary name, fsync, rename
    chunks/00000.json            the journal: written when all parts of a chunk are in place, with their hashes
    report.html, plots, …        files beside the tables
    manifest.json                last; a folder without it holds no finished result
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from titer.errors import InputError, StorageError
from titer.trials.chunks import Chunk
from titer.trials.columns import ChunkTables, Part
from titer.trials.columns import Words as Words  # its older address
from titer.trials.stored import CHUNKS, MANIFEST, RUN, UNFINISHED, has_sha256
from titer.trials.stored import part_files as part_files
from titer.trials.stored import read_manifest as read_manifest
from titer.trials.stored import read_run as read_run
from titer.trials.stored import read_table as read_table
from titer.trials.stored import tables as tables

LOCK = ".lock"
REPLACED = ".replaced.json"  # manifest of the earlier result while the new one takes its place
RESUME = "free some room and run the same command with --resume, or choose another folder with --out"


@contextmanager
def _storage_errors(doing: str, path: Path, hint: str = RESUME) -> Iterator[None]:
    """Turn what the operating system says into an error that says what to do."""
    try:
        yield
    except OSError as reason:
        raise StorageError(
            f"{doing} failed: {reason.strerror or reason}",
            where=str(path),
            right="a folder that can be written to, on a disk with room",
            hint=hint,
        ) from reason


class ResultStore:
    """A folder of results in the making; use it as a context manager.

    Leaving the block before `finish` keeps the chunks that are whole, for a later run with `resume`; where there are
    none, nothing is left behind. An earlier finished result in the folder stays as it was.

    Args:
        folder: made if it is not there.

    Raises:
        InputError: the path is a file.
        StorageError: the folder cannot be made or written to, or another run is writing into it.

    Example:
        >>> import numpy as np
        >>> from tempfile import TemporaryDirectory
        >>> from titer.trials.columns import encode_table
        >>> with TemporaryDirectory() as folder:
        ...     with ResultStore(folder) as store:
        ...         store.begin({"seed": 1})
        ...         store.write_chunk(Chunk(0, 0, 3), {"visits": encode_table([{"patient": np.arange(3)}])})
        ...         store.finish({"seed": 1})
        ...     read_table(folder, "visits")["patient"].to_pylist()
        [0, 1, 2]
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.growing = self.folder / UNFINISHED
        if self.folder.exists() and not self.folder.is_dir():
            raise InputError(
                f"'{self.folder}' is a file", right="a folder for the results", hint="choose another --out"
            )
        with _storage_errors("making the folder of results", self.folder, "choose another folder with --out"):
            self.folder.mkdir(parents=True, exist_ok=True)
        self.asked: dict[str, Any] = {}
        self._journal: dict[int, dict[str, Any]] = {}
        self._beside: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> ResultStore:
        self._lock = _only_writer(self.folder)
        with _storage_errors("putting a finished result in its place", self.folder):
            if (self.growing / MANIFEST).exists():  # a run was killed between its last byte and its last rename
                self._take_place()
        return self

    def __exit__(self, kind, error, trace) -> None:
        try:
            taking_place = (self.growing / MANIFEST).exists()  # interrupted in it: the next run finishes that
            if self.growing.exists() and not taking_place and not _journal_files(self.growing):
                shutil.rmtree(self.growing, ignore_errors=True)
        finally:
            (self.folder / LOCK).unlink(missing_ok=True)
            self._lock.close()

    def begin(self, asked: Mapping[str, Any], *, resume: bool = False) -> None:
        """Say what is asked, before anything is computed.

        Args:
            asked: all that the result depends on, as plain JSON.
            resume: go on with the unfinished run in the folder; where there is none but a finished result of the same
                question, its sound chunks are taken over. Chunks whose parts are damaged are dropped, to be made again.

        Raises:
            InputError: the folder holds work on another question, or unfinished work without `resume`.
            StorageError: the folder cannot be written.
        """
        self.asked = asked = json.loads(json.dumps(asked, allow_nan=False))
        if (self.growing / RUN).exists() and _journal_files(self.growing):
            self._check_unfinished(asked, resume)
        else:
            self._begin_anew(asked, resume)
        self._journal = self._sound_journal()

    def _check_unfinished(self, asked: Mapping[str, Any], resume: bool) -> None:
        differing = _differences(_read_json(self.growing / RUN), asked)
        if resume and not differing:
            return
        what = "holds an unfinished run" + (f" of another question: {differing}" if differing else "")
        again = "its own command with --resume" if differing else "--resume"
        raise InputError(
            f"'{self.folder}' {what}",
            where=str(self.growing),
            right="the same question again, with --resume" if resume else "another --out, or --resume",
            hint=f"go on with {again}, choose another --out, or remove {self.growing} to drop it",
        )

    def _begin_anew(self, asked: Mapping[str, Any], resume: bool) -> None:
        finished = resume and (self.folder / MANIFEST).exists()
        if finished and (differing := _differences(read_run(self.folder), asked)):
            raise InputError(
                f"'{self.folder}' holds a finished result of another question: {differing}",
                hint="leave out --resume to replace it, or choose another --out",
            )
        with _storage_errors("beginning the run", self.growing):
            shutil.rmtree(self.growing, ignore_errors=True)
            self.growing.mkdir()
            self._write(RUN, _json(asked))
            if finished:
                self._take_over()

    def _take_over(self) -> None:
        """The parts of the finished result, under a second name where the disk can do that."""
        for journal in _journal_files(self.folder):
            for name in (*_read_json(journal, {}).get("files", {}), f"{CHUNKS}/{journal.name}"):
                source, copy = self.folder / name, self.growing / name
                copy.parent.mkdir(exist_ok=True)
                if source.is_file():  # a chunk with a missing part is made again
                    _second_name(source, copy)

    def _sound_journal(self) -> dict[int, dict[str, Any]]:
        """Chunks whose parts are all there, byte for byte; others leave the journal."""
        sound = {}
        with _storage_errors("reading the journal of chunks", self.growing):
            for file in _journal_files(self.growing):
                entry = _read_json(file, {})
                if entry and all(has_sha256(self.growing / name, f["sha256"]) for name, f in entry["files"].items()):
                    sound[int(file.stem)] = entry
                else:
                    file.unlink()
        return sound

    @property
    def chunks(self) -> frozenset[int]:
        """Numbers of the chunks that are whole."""
        return frozenset(self._journal)

    def write_chunk(self, chunk: Chunk, parts: Mapping[str, Part]) -> None:
        """Put the parts of a chunk in place, then its line of the journal.

        Raises:
            StorageError: they cannot be written; chunks written before stay.
        """
        with _storage_errors(f"writing {chunk}", self.growing):
            files = {}
            for table, part in parts.items():
                name = f"{table}/part-{chunk.index:05d}.parquet"
                self._write(name, part.content)
                files[name] = {"sha256": part.sha256, "rows": part.rows}
            entry = {"patients": [chunk.begin, chunk.end], "files": files}
            self._write(f"{CHUNKS}/{chunk.index:05d}.json", _json(entry))
            self._journal[chunk.index] = entry

    def read_chunk(self, chunk: Chunk) -> ChunkTables:
        """The tables of a whole chunk; each is read when it is asked for."""
        names = self._journal[chunk.index]["files"]
        return ChunkTables({name.partition("/")[0]: self.growing / name for name in names})

    def add_file(self, name: str, content: bytes, *, rows: int | None = None) -> None:
        """Put a whole file (a plot, a report, a part of a table made at the end) beside the tables of chunks."""
        with _storage_errors(f"writing '{name}'", self.growing):
            self._write(name, content)
        self._beside[name] = {"sha256": hashlib.sha256(content).hexdigest(), "rows": rows}

    def finish(self, manifest: Mapping[str, Any]) -> None:
        """Write the manifest, and give the result its place; an earlier one goes.

        Args:
            manifest: how the run was made, as plain JSON; every file is added with its SHA-256 and number of rows.
        """
        files = dict(self._beside)
        for entry in self._journal.values():
            files |= entry["files"]
        with _storage_errors("finishing the results", self.folder):
            self.growing.mkdir(exist_ok=True)
            self._remove_strangers(files)
            listed = {"chunks": len(self._journal), "files": dict(sorted(files.items()))}
            self._write(MANIFEST, _json({**manifest, **listed}))
            self._take_place()

    def _remove_strangers(self, files: Mapping[str, Any]) -> None:
        """Files of an earlier, killed try that are no part of this result."""
        for path in list(self.growing.rglob("*")):
            name = path.relative_to(self.growing).as_posix()
            if path.is_file() and name not in files and name != RUN and not name.startswith(f"{CHUNKS}/"):
                path.unlink()

    def _take_place(self) -> None:
        """From `unfinished/` to the folder, the manifest last; done again from the start where it was interrupted."""
        replaced = self.growing / REPLACED
        if (self.folder / MANIFEST).exists():
            os.replace(self.folder / MANIFEST, replaced)
        if replaced.exists():
            _remove_result(self.folder, _read_json(replaced, {}))
            replaced.unlink()
        for entry in sorted(self.growing.iterdir()):
            if entry.name != MANIFEST:
                _remove(self.folder / entry.name)
                os.replace(entry, self.folder / entry.name)
        os.replace(self.growing / MANIFEST, self.folder / MANIFEST)
        _sync_folder(self.folder)
        self.growing.rmdir()

    def _write(self, name: str, content: bytes) -> None:
        """Under a hidden name, to the disk, then under its own name."""
        path = self.growing / name
        path.parent.mkdir(exist_ok=True)
        hidden = path.with_name(f".{path.name}.partial")
        try:
            _write_durably(hidden, content)
            os.replace(hidden, path)
        except BaseException:
            with suppress(OSError):
                hidden.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)


def _second_name(source: Path, copy: Path) -> None:
    try:
        os.link(source, copy)
    except OSError:
        shutil.copyfile(source, copy)


def _journal_files(root: Path) -> list[Path]:
    return sorted((root / CHUNKS).glob("[0-9]*.json"))


def _remove_result(folder: Path, manifest: Mapping[str, Any]) -> None:
    """What a manifest lists, and nothing else that may lie in the folder."""
    for name in manifest.get("files", {}):
        path = folder / name
        if path.resolve().is_relative_to(folder.resolve()):
            path.unlink(missing_ok=True)
            if path.parent != folder:
                with suppress(OSError):  # not empty yet, or not there
                    path.parent.rmdir()
    _remove(folder / CHUNKS)
    _remove(folder / RUN)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _differences(had: Any, asked: Any) -> str:
    """The entries that differ between two questions, in words; empty where they are the same."""
    old, new = dict(_flat(had)), dict(_flat(asked))
    names = [name for name in {**new, **old} if old.get(name) != new.get(name)]
    told = [f"{name} was {_short(old.get(name))} and is now {_short(new.get(name))}" for name in names]
    return "; ".join(told[:4]) + (f"; and {len(told) - 4} more" if len(told) > 4 else "")


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else key)
    else:
        yield name, value


def _short(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}…"


def _only_writer(folder: Path) -> IO[str]:
    """A lock on the folder that the system frees when the process ends, however it ends.

    Raises:
        StorageError: another run holds it.
    """
    path = folder / LOCK
    with _storage_errors("locking the folder of results", folder):
        file = path.open("w")
    try:
        _lock(file)
        # Another run may have removed its lock between our opening and our locking: then this is not the file any more.
        if os.name != "nt" and os.fstat(file.fileno()).st_ino != path.stat().st_ino:
            raise BlockingIOError
    except OSError:
        file.close()
        raise StorageError(
            "another run is writing into this folder", where=str(folder), hint="wait for it, or choose another --out"
        ) from None
    return file


def _lock(file: IO[str]) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _read_json(path: Path, damaged: Any = None) -> Any:
    """A JSON file; where it cannot be read, what stands for that."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return damaged


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A hidden name to write one file under; it gets its own name when the block is left without an error.

    Raises:
        StorageError: the file cannot be written; nothing half-written is kept.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        yield partial
        os.replace(partial, path)
    except OSError as reason:
        raise StorageError(
            f"writing failed: {reason.strerror or reason}", where=str(path), right="a folder with room to write in"
        ) from reason
    finally:
        partial.unlink(missing_ok=True)


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make renames inside the folder last through a loss of power, where the system can."""
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
