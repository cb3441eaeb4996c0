"""The keeper of one private daemon: everything the daemon starts lives and dies with this process.

Run as a script, with the standard library only. It enters its own mount, network and host-name namespaces
where it is told to, becomes the reaper of every orphan below it (QEMU detaches from libvirtd), and obeys
requests of one JSON object a line on its standard input:

    {"run": [argument, …], "env": {…}, "output": path}      → {"status": exit status}
    {"spawn": [argument, …], "env": {…}, "output": path}    → {"pid": number}

When standard input ends, for whatever reason the other side went away, every descendant is killed and the
private directory is removed: a test run that is interrupted or killed leaves nothing behind.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import selectors
import shutil
import signal
import socket
import struct
import sys
from pathlib import Path
from typing import Any

PR_SET_CHILD_SUBREAPER = 36
CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWNET = 0x40000000
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000
SIOCGIFFLAGS = 0x8913
SIOCSIFFLAGS = 0x8914
IFF_UP = 0x1

libc = ctypes.CDLL(None, use_errno=True)


def check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def enter_namespaces(mounts: list[tuple[str, str]], hostname: str) -> None:
    """Bind each (source, target) in a mount namespace of our own, and leave the machine's network."""
    check(libc.unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWNET), "unshare")
    check(libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None), "mount --make-rprivate /")
    for source, target in mounts:
        Path(target).mkdir(parents=True, exist_ok=True)
        check(libc.mount(source.encode(), target.encode(), None, MS_BIND, None), f"mount --bind {target}")
    socket.sethostname(hostname)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sh14x", b"lo", 0)
        (flags,) = struct.unpack("16xh14x", fcntl.ioctl(probe, SIOCGIFFLAGS, request))
        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def spawn(argv: list[str], env: dict[str, str], output: str) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    return os.posix_spawnp(
        argv[0],
        argv,
        env,
        setsid=True,
        # Python ignores SIGPIPE, and an ignored signal is inherited: a daemon's children expect the default.
        setsigdef=[signal.SIGPIPE],
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, output, flags, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
    )


def obey(request: dict[str, Any]) -> dict[str, Any]:
    try:
        pid = spawn(request.get("run") or request["spawn"], request["env"], request["output"])
    except OSError as error:
        return {"error": str(error)}
    if "spawn" in request:
        return {"pid": pid}
    ended = 0
    while ended != pid:
        ended, status = os.waitpid(-1, 0)  # of all, as in reap()
    return {"status": os.waitstatus_to_exitcode(status)}


def reap() -> None:
    """Collect the dead at once: libvirt takes a QEMU that is a zombie for one that is alive."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


def children() -> list[int]:
    own = str(os.getpid())
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        # A process may end between the listing and the reading; it is then nobody's child.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            # pid (name) state parent …: the name may hold spaces and parentheses
            if (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[1] == own:
                found.append(int(entry.name))
    return found


def kill_descendants() -> None:
    """Kill the children until there are none: the children of a dead child become ours."""
    while pids := children():
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, 0)
        reap()


def serve() -> None:
    """Obey requests until standard input ends."""
    buffered = b""
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    os.set_blocking(wake_read, False)
    signal.set_wakeup_fd(wake_write)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    with selectors.DefaultSelector() as selector:
        selector.register(0, selectors.EVENT_READ)
        selector.register(wake_read, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fd == wake_read:
                    os.read(wake_read, 4096)
                    continue
                data = os.read(0, 1 << 16)
                if not data:
                    return
                *lines, buffered = (buffered + data).split(b"\n")
                for line in lines:
                    os.write(1, json.dumps(obey(json.loads(line))).encode() + b"\n")
            reap()


def main() -> None:
    """Take the one argument, a JSON object: "directory", "hostname" and "mounts" (null: no namespaces)."""
    settings = json.loads(sys.argv[1])
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    check(libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl")
    try:
        if settings["mounts"] is not None:
            enter_namespaces(settings["mounts"], settings["hostname"])
        os.write(1, b"{}\n")
        serve()
    finally:
        kill_descendants()
        shutil.rmtree(settings["directory"], ignore_errors=True)


if __name__ == "__main__":
    main()
