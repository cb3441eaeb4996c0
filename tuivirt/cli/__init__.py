"""The command line: the app itself, and the commands for scripts. None of these imports Textual."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module

from tuivirt import logs
from tuivirt.cli.output import complain
from tuivirt.cli.parser import COMMANDS
from tuivirt.core.errors import HostError
from tuivirt.core.query_tokens import QueryError
from tuivirt.core.uri import URIError


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit status. Usage errors end the process with status 2."""
    logs.set_up()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal without UTF-8 is no error
    try:
        return _run(arguments)
    except QueryError as error:
        complain(str(error))
        return 2
    except (URIError, HostError) as error:
        return complain(str(error))
    except BrokenPipeError:  # the reader has seen enough: tuivirt ls | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return complain(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except KeyboardInterrupt:
        return 130


def _run(arguments: Sequence[str]) -> int:
    # A command is the first word; `tuivirt -- ls` opens at a domain called ls.
    name, rest = (
        (arguments[0], arguments[1:]) if arguments and arguments[0] in COMMANDS else ("app", arguments)
    )
    # Imported here, so that a command pays for its own imports alone.
    status: int = import_module(f"tuivirt.cli.{name}").run(rest)
    sys.stdout.flush()
    return status
