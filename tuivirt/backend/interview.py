"""Opening one connection outside the fleet, where whoever waits for it answers the questions."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

import libvirt

from tuivirt.backend.askpass import Askpass
from tuivirt.backend.auth import CancelledError, open_asking
from tuivirt.backend.desk import Desk
from tuivirt.backend.inbox import Inbox
from tuivirt.backend.limited import UnansweredError
from tuivirt.backend.prompter import Prompter, place_of
from tuivirt.core.changes import Asked, AskedNoMore
from tuivirt.core.errors import HostError
from tuivirt.core.question import Answer, Question
from tuivirt.core.uri import ConnectionURI

if TYPE_CHECKING:
    from tuivirt.backend.vault import Vault

Ask = Callable[[Question], Answer | None]
"""Answers a question, and may take its time; None cancels the login."""


class DeclinedError(Exception):
    """The user cancelled the login at the last of these questions."""

    def __init__(self, question: Question) -> None:
        super().__init__(question)
        self.question = question


def open_answering(
    uri: ConnectionURI,
    ask: Ask,
    *,
    read_only: bool,
    timeout: float,
    vault: "Callable[[], Vault] | None" = None,
    askpass: Askpass | None = None,
) -> libvirt.virConnect:
    """Open ``uri``, calling ``ask`` on this thread for what libvirt and ssh want to know.

    ``vault``: opens what has answers already. ``askpass``: by which ssh asks; else one of its own.
    Raises what ``open_asking`` raises, but DeclinedError for a cancel; and UnansweredError when nothing
    happens for ``timeout`` seconds while neither the user nor the keyring is asked.
    """
    inbox, woken = Inbox(), threading.Event()
    desk = Desk(inbox)
    own = askpass or Askpass()
    prompter = Prompter(desk, place_of(uri), uri, vault)
    opened: Future[libvirt.virConnect] = Future()

    def work() -> None:
        try:
            opened.set_result(open_asking(uri, read_only=read_only, prompter=prompter, askpass=own))
        except (libvirt.libvirtError, HostError, CancelledError, OSError) as error:
            opened.set_exception(error)

    inbox.attach(woken.set)
    opened.add_done_callback(lambda _: woken.set())
    threading.Thread(target=work, name="open", daemon=True).start()
    try:
        deadline = time.monotonic() + timeout
        while not opened.done():
            if not woken.wait(deadline - time.monotonic()):
                if not prompter.waits:
                    raise UnansweredError
                deadline = time.monotonic() + timeout
            woken.clear()
            for question in _waiting(inbox):
                asked = question
                desk.answer(question.id, ask(question))
                deadline = time.monotonic() + timeout
        return opened.result()
    except CancelledError:
        raise DeclinedError(asked) from None
    finally:
        prompter.close()
        desk.close()
        if askpass is None:
            own.close()
        else:
            own.end(prompter)


def _waiting(inbox: Inbox) -> list[Question]:
    """What was asked and not withdrawn at once."""
    changes = inbox.drain()
    gone = {change.question for change in changes if isinstance(change, AskedNoMore)}
    return [c.question for c in changes if isinstance(c, Asked) and c.question.id not in gone]
