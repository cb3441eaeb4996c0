"""The program that ssh runs to ask something, in place of the terminal: hands it to the app that runs.

A script of its own, run by path with the standard library alone: ``askpass_helper.py DIRECTORY PROMPT``.
DIRECTORY holds the token of one attempt to connect; the socket lies beside it (see ``askpass.py``).
"""

import json
import os
import select
import signal
import socket
import sys
from pathlib import Path


def main() -> int:
    """Write the answer to standard output, a pipe to ssh; status 1 when there is none, and then ssh is
    ended.
    """
    directory, prompt = Path(sys.argv[1]), " ".join(sys.argv[2:])
    request = {
        "token": (directory / "token").read_text(),
        "prompt": prompt,
        "hint": os.environ.get("SSH_ASKPASS_PROMPT", ""),
        "process": os.getppid(),
    }
    try:
        answer = _ask(directory.parent / "socket", request)
    except (OSError, ValueError):  # the app has ended, or the attempt has, or ssh
        answer = None
    if answer is None:
        # Left alone, ssh would take it for an empty password, and try that at the server three times.
        _end_ssh(os.environ.get("TUIVIRT_SSH", ""))
        return 1
    os.write(sys.stdout.fileno(), answer.encode() + b"\n")
    return 0


def _ask(path: Path, request: dict[str, object]) -> str | None:
    """The answer, None when the user cancels. Raises OSError when ssh has ended and nobody waits for one."""
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(str(path))
        link.sendall(json.dumps(request).encode() + b"\n")
        waiting = select.poll()
        waiting.register(link, select.POLLIN)
        waiting.register(sys.stdout, 0)  # tells when nobody reads it any more
        if any(file == sys.stdout.fileno() for file, _ in waiting.poll()):
            raise BrokenPipeError
        with link.makefile("rb") as reader:
            reply: dict[str, str | None] = json.loads(reader.readline())
    return reply["answer"]


def _end_ssh(process: str) -> None:
    """End the ssh of this attempt, if this was started by it, with those that reach its jump hosts."""
    if not process.isdigit() or int(process) not in _ancestors():
        return
    number = int(process)
    if os.getpgid(number) == number:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # this is one of them
        os.killpg(number, signal.SIGTERM)
    else:
        os.kill(number, signal.SIGTERM)


def _ancestors() -> list[int]:
    found, process = [], os.getppid()
    while process > 1:
        found.append(process)
        stat = Path(f"/proc/{process}/stat").read_text(errors="replace")
        process = int(stat.rpartition(")")[2].split()[1])
    return found


if __name__ == "__main__":
    sys.exit(main())
