"""Walls around an engine's process: they limit an attacker who controls the engine.

Two steps, because `import chdb` starts threads that later run queries. Landlock and namespaces bind the calling thread
and its children, so they come before the import. The root folder, the user and the seccomp filter bind all threads;
they come after it, since the import needs files and calls that they take away.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import resource
import signal
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from shared.warehouse import seccomp

OPEN_FILES = 4096

_SET_DEATH_SIGNAL, _NO_NEW_PRIVILEGES = 1, 38
_NEW_USER, _NEW_NETWORK, _NEW_IPC = 0x10000000, 0x40000000, 0x8000000
_CAPSET = {"x86_64": 126, "aarch64": 91}
_CAPABILITIES_V3 = 0x20080522
_CAP_FILES, _CAP_SETGID, _CAP_SETUID, _CAP_CHROOT = 1 << 1, 1 << 6, 1 << 7, 1 << 18
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # Landlock, the same numbers on every architecture

_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_READ = _READ_FILE | _READ_FOLDER
_WRITE = _READ | 1 << 1 | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 12 | 1 << 13 | 1 << 14  # no devices, no execution
_OF_FILES = 1 | 1 << 1 | _READ_FILE | 1 << 14 | 1 << 15
# paths that the engine's library and Python read at start
_LIBRARIES = (
    "/usr/lib",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/usr/share/zoneinfo",
    "/dev/urandom",
    "/dev/null",
    "/sys/devices/system",
    "/sys/fs/cgroup",
    "/sys/kernel/mm/transparent_hugepage",
    "/proc/meminfo",
    "/proc/self/maps",
    "/proc/sys/vm/overcommit_memory",
)


@dataclass(frozen=True, slots=True)
class Ground:
    """Resources of an engine. root: becomes `/`. read, write: folders under it. uid, gid: of its own, 0 = unchanged."""

    root: Path
    read: tuple[Path, ...]
    write: tuple[Path, ...]
    memory: int  # bytes of address space, 0 = no bound
    longest_file: int = 0  # bytes, 0 = no bound
    uid: int = 0
    gid: int = 0


class Walls:
    """before() → import of the engine → after(). `held` names the active walls."""

    def __init__(self, ground: Ground, parent: int) -> None:
        self._ground, self._parent = ground, parent
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._may_change_root = False
        self.held: list[str] = []

    def before(self) -> None:
        """While the process has one thread."""
        _limit(self._ground)
        if not sys.platform.startswith("linux"):
            return
        self._die_with_parent()
        if self._namespaces():
            self.held.append("namespaces")
        self._libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        if abi := landlock(self._libc, _needed(), self._ground.read, self._ground.write):
            self.held.append(f"landlock {abi}")
        self._drop_capabilities()

    def after(self) -> str:
        """Returns where `root` is now: `/` if the process's root was changed."""
        if not sys.platform.startswith("linux"):
            return str(self._ground.root)
        inside = str(self._ground.root)
        if self._may_change_root and self._change_root():
            inside = "/"
            self.held.append("chroot")
            if self._ground.uid and self._become():  # from outside, another user could not enter the data directory
                self.held.append(f"uid {self._ground.uid}")
        self._die_with_parent()  # changes of user and namespace clear it
        if seccomp.install():
            self.held.append("seccomp")
        return inside

    def _die_with_parent(self) -> None:
        self._libc.prctl(_SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != self._parent:  # it ended before the signal was asked for
            os._exit(1)

    def _namespaces(self) -> bool:
        """Network and IPC of its own; for an ordinary user inside a user namespace, where chroot is allowed too."""
        uid, gid = os.getuid(), os.getgid()
        self._may_change_root = uid == 0
        if self._libc.unshare(_NEW_NETWORK | _NEW_IPC | (_NEW_USER if uid else 0)):
            return False
        if uid:
            for file, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
                Path(f"/proc/self/{file}").write_text(text)
            self._may_change_root = True
        return True

    def _drop_capabilities(self) -> None:
        """Drop capabilities of this thread and later ones, except those that import and after() need."""
        number = _CAPSET.get(os.uname().machine)
        if number is None:
            return
        kept = _CAP_CHROOT | (_CAP_FILES | _CAP_SETUID | _CAP_SETGID if self._ground.uid else 0)
        header = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITIES_V3, 0))
        sets = ctypes.create_string_buffer(struct.pack("=6I", kept, kept, 0, 0, 0, 0))
        self._libc.syscall(ctypes.c_long(number), header, sets)  # refused where there are none to drop

    def _change_root(self) -> bool:
        try:
            os.chroot(self._ground.root)
        except OSError:
            return False
        os.chdir("/")
        return True

    def _become(self) -> bool:
        try:
            os.setgroups([])
            os.setresgid(*[self._ground.gid] * 3)
            os.setresuid(*[self._ground.uid] * 3)
        except OSError:
            return False
        return True


def holds(held: Iterable[str]) -> bool:
    """Whether these walls keep an engine from files, network and other processes."""
    names = {wall.partition(" ")[0] for wall in held}
    return bool(names & {"landlock", "chroot"}) and "seccomp" in names


def landlock(libc: ctypes.CDLL, libraries: Iterable[Path], read: Iterable[Path], write: Iterable[Path]) -> int:
    """Allow this thread these paths and no others, for good. Returns the kernel's Landlock ABI, 0 = it has none."""
    abi = libc.syscall(ctypes.c_long(_CREATE_RULESET), None, ctypes.c_size_t(0), ctypes.c_uint(1))
    if abi < 1:
        return 0
    files = (1 << 13) - 1 | (1 << 13) * (abi >= 2) | (1 << 14) * (abi >= 3) | (1 << 15) * (abi >= 5)
    network, scoped = 3 * (abi >= 4), 3 * (abi >= 6)
    handled = ctypes.create_string_buffer(struct.pack("=QQQ", files, network, scoped))
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    ruleset = libc.syscall(ctypes.c_long(_CREATE_RULESET), handled, ctypes.c_size_t(size), ctypes.c_uint(0))
    if ruleset < 0:
        return 0
    for rights, paths in ((_READ, (*libraries, *read)), (_WRITE, write)):
        for path in paths:
            _allow(libc, ruleset, path, rights & files)
    done = libc.syscall(ctypes.c_long(_RESTRICT_SELF), ctypes.c_int(ruleset), ctypes.c_uint(0)) == 0
    os.close(ruleset)
    return abi if done else 0


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # a missing path needs no right
    if not path.is_dir():
        rights &= _OF_FILES
    rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, opened))
    libc.syscall(ctypes.c_long(_ADD_RULE), ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint(0))
    os.close(opened)


def _needed() -> list[Path]:
    found = importlib.util.find_spec("chdb")
    packages = [Path(found.origin).parents[1]] if found is not None and found.origin else []
    return [*map(Path, (sys.prefix, sys.base_prefix, *_LIBRARIES)), *packages]


def _limit(ground: Ground) -> None:
    wanted = {resource.RLIMIT_CORE: 0, resource.RLIMIT_NOFILE: OPEN_FILES}
    if ground.memory:
        wanted[resource.RLIMIT_AS] = ground.memory
    if ground.longest_file:
        wanted[resource.RLIMIT_FSIZE] = ground.longest_file
    for what, most in wanted.items():
        hard = resource.getrlimit(what)[1]
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (value, value))
