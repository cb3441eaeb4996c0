"""What a host asks, asked in the terminal. A secret is not echoed, and nothing that is typed is kept."""

import getpass
from pathlib import Path
from typing import Final

from tuivirt.core.question import Question
from tuivirt.core.text import plain

_TERMINAL: Final = Path("/dev/tty")
_TO_DO: Final = {
    "host key": "Type yes to trust this key: ",
    "confirm": "Type yes to go on: ",
    "external": "Press Enter when it is done: ",
}


def ask(question: Question) -> str | None:
    """The answer; None when the input is ended (Ctrl+D) or a key is not trusted. Raises OSError.

    Asked on the terminal itself: standard error goes to the log meanwhile.
    """
    with _TERMINAL.open("r+b", buffering=0) as terminal:
        terminal.write("\n".join(_lines(question)).encode())
        try:
            answer = terminal.readline() if question.echo or question.kind == "external" else None
            if answer == b"":
                raise EOFError
            text = getpass.getpass("") if answer is None else answer.decode(errors="replace").rstrip("\n")
        except EOFError:
            terminal.write(b"\n")
            return None
    match question.kind:
        case "host key" | "confirm":
            trusted = text.strip().lower() == "yes" or (text and text.strip() == question.fingerprint)
            return "yes" if trusted else None
        case "external":
            return ""
        case _:
            return text or question.default


def _lines(question: Question) -> list[str]:
    """What is shown; the last line is where the answer is typed."""
    lines = [f"{plain(question.place)}, asked by {plain(question.asker)}:"]
    if question.reason:
        lines.append(plain(question.reason))
    for label, value in (("key type", question.key_type), ("fingerprint", question.fingerprint)):
        if value:
            lines.append(f"{label}: {plain(value)}")
    lines += [plain(line) for line in question.prompt.strip().splitlines()]
    if to_do := _TO_DO.get(question.kind):
        return [*lines, to_do]
    proposal = f" [{plain(question.default)}]" if question.default else ""
    return [*lines[:-1], f"{lines[-1]}{proposal} "]
