"""A seccomp filter for engines: no sockets, programs, signals to others, mounts or namespaces. x86_64 and aarch64.

A list of refusals, not of permissions: the engine's library calls what it needs, and nothing here is of use to it.
Numbers: the kernel's `arch/x86/entry/syscalls/syscall_64.tbl` and `include/uapi/asm-generic/unistd.h`.
"""

from __future__ import annotations

import ctypes
import platform
import struct

_SAME = {  # numbers that all architectures share
    "pidfd_send_signal": 424,
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsmount": 432,
    "pidfd_open": 434,
    "pidfd_getfd": 438,
    "mount_setattr": 442,
}
# fmt: off
_X86 = {
    "socket": 41, "connect": 42, "bind": 49, "listen": 50, "socketpair": 53, "fork": 57, "vfork": 58, "execve": 59,
    "kill": 62, "ptrace": 101, "setuid": 105, "setgid": 106, "setresuid": 117, "setresgid": 119, "mknod": 133,
    "pivot_root": 155, "chroot": 161, "mount": 165, "umount2": 166, "init_module": 175, "tkill": 200,
    "kexec_load": 246, "add_key": 248, "request_key": 249, "keyctl": 250, "mknodat": 259, "unshare": 272,
    "perf_event_open": 298, "fanotify_init": 300, "open_by_handle_at": 304, "setns": 308, "process_vm_readv": 310,
    "process_vm_writev": 311, "finit_module": 313, "kexec_file_load": 320, "bpf": 321, "execveat": 322,
    "userfaultfd": 323, **_SAME,
}
_ARM = {
    "mknodat": 33, "umount2": 39, "mount": 40, "pivot_root": 41, "chroot": 51, "unshare": 97, "kexec_load": 104,
    "init_module": 105, "ptrace": 117, "kill": 129, "tkill": 130, "setgid": 144, "setuid": 146, "setresuid": 147,
    "setresgid": 149, "socket": 198, "socketpair": 199, "bind": 200, "listen": 201, "connect": 203, "add_key": 217,
    "request_key": 218, "keyctl": 219, "execve": 221, "perf_event_open": 241, "fanotify_init": 262,
    "open_by_handle_at": 265, "setns": 268, "process_vm_readv": 270, "process_vm_writev": 271, "finit_module": 273,
    "bpf": 280, "execveat": 281, "userfaultfd": 282, "kexec_file_load": 294, **_SAME,
}
# fmt: on
# machine → audit architecture, refusals, numbers of clone and seccomp
_ARCHITECTURES = {"x86_64": (0xC000003E, _X86, 56, 317), "aarch64": (0xC00000B7, _ARM, 220, 277)}

_LOAD, _EQUAL, _AT_LEAST, _HAS_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _EPERM, _ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050000 | 38
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16  # in struct seccomp_data
_CLONE3, _CLONE_THREAD, _X32 = 435, 0x10000, 0x40000000
_SET_FILTER, _ALL_THREADS = 1, 1


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def install() -> bool:
    """Bind all threads of this process, for good. Needs no_new_privs. False where the kernel or machine has none."""
    if platform.machine() not in _ARCHITECTURES:
        return False
    audit, refused, clone, seccomp = _ARCHITECTURES[platform.machine()]
    code = b"".join(program(audit, refused, clone))
    held = ctypes.create_string_buffer(code, len(code))
    filter_ = _Program(len(code) // 8, ctypes.cast(held, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    numbers = (ctypes.c_long(seccomp), ctypes.c_uint(_SET_FILTER), ctypes.c_uint(_ALL_THREADS))
    return bool(libc.syscall(*numbers, ctypes.byref(filter_)) == 0)


def program(audit: int, refused: dict[str, int], clone: int) -> list[bytes]:
    """BPF instructions. Another architecture's calls kill; clone makes threads only; clone3 "does not exist"."""
    found = [
        _step(_LOAD, 0, 0, _ARCHITECTURE_AT),
        _step(_EQUAL, 1, 0, audit),
        _step(_RETURN, 0, 0, _KILL),
        _step(_LOAD, 0, 0, _NUMBER_AT),
        _step(_AT_LEAST, 0, 1, _X32),
        _step(_RETURN, 0, 0, _KILL),
        _step(_EQUAL, 0, 1, _CLONE3),  # its flags lie in memory, where a filter cannot look: glibc then uses clone
        _step(_RETURN, 0, 0, _ENOSYS),
        _step(_EQUAL, 0, 4, clone),
        _step(_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
        _step(_HAS_BITS, 0, 1, _CLONE_THREAD),
        _step(_RETURN, 0, 0, _ALLOW),
        _step(_RETURN, 0, 0, _EPERM),
    ]
    for number in refused.values():
        found += [_step(_EQUAL, 0, 1, number), _step(_RETURN, 0, 0, _EPERM)]
    return [*found, _step(_RETURN, 0, 0, _ALLOW)]


def _step(code: int, if_true: int, if_false: int, value: int) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
