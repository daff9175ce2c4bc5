"""A disk that remembers: every write of SQLite, what was synced when, and what a power cut leaves.

The library is asked for its own way to files (VFS), and a copy of that is put in its place which
notes what passes through. What it models: whatever was not synced may be there or not, in any
order, and of a write only some sectors of 512 bytes. What it does not: a disk that says "synced"
and lies, a sector that is itself half old, and a lost entry of a folder (files that were made or
removed stay so).
"""

import ctypes
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from riskreg.db import sqlite_module

SECTOR = 512
# Of sqlite3.h: the files that hold data.
MAIN_DB, MAIN_JOURNAL, WAL = 0x100, 0x800, 0x80000
POINTER = ctypes.c_void_p
OPEN = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, POINTER, POINTER, ctypes.c_int, POINTER)
DELETE = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, ctypes.c_char_p, ctypes.c_int)
WRITE = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, POINTER, ctypes.c_int, ctypes.c_int64)
TRUNCATE = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, ctypes.c_int64)
SYNC = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, ctypes.c_int)


class Vfs(ctypes.Structure):
    """struct sqlite3_vfs, version 3."""

    _fields_ = (
        ("iVersion", ctypes.c_int),
        ("szOsFile", ctypes.c_int),
        ("mxPathname", ctypes.c_int),
        ("pNext", POINTER),
        ("zName", ctypes.c_char_p),
        ("pAppData", POINTER),
        ("xOpen", POINTER),
        ("xDelete", POINTER),
        ("others", POINTER * 14),
    )


class Methods(ctypes.Structure):
    """struct sqlite3_io_methods, version 3."""

    _fields_ = (
        ("iVersion", ctypes.c_int),
        ("xClose", POINTER),
        ("xRead", POINTER),
        ("xWrite", POINTER),
        ("xTruncate", POINTER),
        ("xSync", POINTER),
        ("others", POINTER * 13),
    )


class File(ctypes.Structure):
    """struct sqlite3_file."""

    _fields_ = (("pMethods", ctypes.POINTER(Methods)),)


class Kind(Enum):
    """What was done to a file."""

    WRITE = "write"
    TRUNCATE = "truncate"
    SYNC = "sync"
    DELETE = "delete"
    ACKED = "acked"  # by nobody's disk: from here on somebody was told that `name` is stored


@dataclass(frozen=True)
class Act:
    """One of these, of a file; `at` is an offset, or the new length."""

    kind: Kind
    name: str
    at: int = 0
    data: bytes = b""


class Disk:
    """Notes what the library does while `recording`."""

    def __init__(self) -> None:
        self.acts: list[Act] = []
        self._library = ctypes.CDLL(sqlite_module()._sqlite3.__file__)
        self._library.sqlite3_vfs_find.restype = ctypes.POINTER(Vfs)
        self._own = self._library.sqlite3_vfs_find(None)
        self._names: dict[int, str] = {}
        self._methods: dict[int, Methods] = {}
        self._kept: list[Any] = []  # what the library points at must not be collected
        self._vfs = self._copy()

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Connections opened inside are noted, and must be closed inside."""
        self._library.sqlite3_vfs_register(ctypes.byref(self._vfs), 1)
        try:
            yield
        finally:
            self._library.sqlite3_vfs_unregister(ctypes.byref(self._vfs))
            self._library.sqlite3_vfs_register(self._own, 1)

    def acked(self, name: str) -> None:
        """Somebody was told just now that this is stored."""
        self.acts.append(Act(Kind.ACKED, name))

    def _copy(self) -> Vfs:
        vfs = Vfs.from_buffer_copy(self._own.contents)
        vfs.zName = b"remembering"
        own_open, own_delete = OPEN(vfs.xOpen), DELETE(vfs.xDelete)

        def opened(this: int, name: int, file: int, flags: int, out: int) -> int:
            status: int = own_open(this, name, file, flags, out)
            if status == 0 and flags & (MAIN_DB | MAIN_JOURNAL | WAL):
                self._names[file] = Path(str(ctypes.string_at(name), "utf-8")).name
                self._watch(File.from_address(file))
            return status

        def deleted(this: int, name: bytes, sync: int) -> int:
            self.acts.append(Act(Kind.DELETE, Path(name.decode()).name))
            return int(own_delete(this, name, sync))

        vfs.xOpen = self._pointer(OPEN(opened))
        vfs.xDelete = self._pointer(DELETE(deleted))
        return vfs

    def _watch(self, file: File) -> None:
        """Put our methods in the place of the file's own; there is one set for each of theirs."""
        address = ctypes.addressof(file.pMethods.contents)
        if address not in self._methods:
            self._methods[address] = self._noting(file.pMethods.contents)
        file.pMethods = ctypes.pointer(self._methods[address])

    def _noting(self, own: Methods) -> Methods:
        methods = Methods.from_buffer_copy(own)
        write, truncate, sync = WRITE(own.xWrite), TRUNCATE(own.xTruncate), SYNC(own.xSync)

        def written(file: int, data: int, size: int, offset: int) -> int:
            content = ctypes.string_at(data, size)
            self.acts.append(Act(Kind.WRITE, self._names[file], offset, content))
            return int(write(file, data, size, offset))

        def truncated(file: int, size: int) -> int:
            self.acts.append(Act(Kind.TRUNCATE, self._names[file], size))
            return int(truncate(file, size))

        def synced(file: int, flags: int) -> int:
            status = int(sync(file, flags))
            self.acts.append(Act(Kind.SYNC, self._names[file]))
            return status

        methods.xWrite = self._pointer(WRITE(written))
        methods.xTruncate = self._pointer(TRUNCATE(truncated))
        methods.xSync = self._pointer(SYNC(synced))
        return methods

    def _pointer(self, function: Any) -> int | None:
        self._kept.append(function)
        return ctypes.cast(function, POINTER).value


@dataclass
class Platter:
    """What is on the disk for certain, what may be, and what people were told, at some moment."""

    files: dict[str, bytearray]
    waiting: dict[str, list[Act]] = field(default_factory=dict)
    acked: list[str] = field(default_factory=list)

    def do(self, act: Act) -> None:
        """Go on by one act."""
        if act.kind is Kind.ACKED:
            self.acked.append(act.name)
        elif act.kind is Kind.DELETE:
            self.files.pop(act.name, None)
            self.waiting.pop(act.name, None)
        elif act.kind is Kind.SYNC:
            for each in self.waiting.pop(act.name, ()):
                _apply(self.files, each)
        else:
            self.waiting.setdefault(act.name, []).append(act)

    def after_a_cut(self, dice: random.Random) -> dict[str, bytearray]:
        """The files when the power comes back."""
        files = {name: bytearray(content) for name, content in self.files.items()}
        for name, acts in self.waiting.items():
            files.setdefault(name, bytearray())
            for act in dice.choice((_none, _all, _first, _some, _torn))(acts, dice):
                _apply(files, act)
        return files


def _apply(files: dict[str, bytearray], act: Act) -> None:
    content = files.setdefault(act.name, bytearray())
    end = act.at + len(act.data)
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    if act.kind is Kind.TRUNCATE:
        del content[act.at :]
    else:
        content[act.at : end] = act.data


def _none(_acts: Sequence[Act], _dice: random.Random) -> list[Act]:
    return []


def _all(acts: Sequence[Act], _dice: random.Random) -> list[Act]:
    return list(acts)


def _first(acts: Sequence[Act], dice: random.Random) -> list[Act]:
    return list(acts[: dice.randint(0, len(acts))])


def _some(acts: Sequence[Act], dice: random.Random) -> list[Act]:
    return [act for act in acts if dice.random() < 0.5]


def _torn(acts: Sequence[Act], dice: random.Random) -> list[Act]:
    """Some sectors of some writes."""
    return [
        part
        for act in _some(acts, dice)
        for part in (_sectors(act) if act.kind is Kind.WRITE else [act])
        if dice.random() < 0.7
    ]


def _sectors(act: Act) -> Iterator[Act]:
    start = 0
    while start < len(act.data):
        stop = start + SECTOR - (act.at + start) % SECTOR
        yield Act(act.kind, act.name, act.at + start, act.data[start:stop])
        start = stop
