"""Opening one connection outside the fleet, where whoever waits for it answers the questions."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

import libvirt

from tuivirt.backend.askpass import Askpass
from tuivirt.backend.auth import open_asking
from tuivirt.backend.desk import Desk
from tuivirt.backend.inbox import Inbox
from tuivirt.backend.limited import UnansweredError
from tuivirt.backend.prompter import Prompter, place_of
from tuivirt.core.changes import Asked, AskedNoMore
from tuivirt.core.question import Answer, Question
from tuivirt.core.uri import ConnectionURI

Ask = Callable[[Question], str | None]
"""Answers a question, and may take its time; None cancels the login."""


def open_answering(uri: ConnectionURI, ask: Ask, *, read_only: bool, timeout: float) -> libvirt.virConnect:
    """Open ``uri``, calling ``ask`` on this thread for what libvirt and ssh want to know.

    Raises libvirtError; OSError where ssh cannot be given a way to ask; and UnansweredError when nothing
    happens for ``timeout`` seconds, those for answering not counted.
    """
    inbox, woken = Inbox(), threading.Event()
    desk, askpass = Desk(inbox), Askpass()
    prompter = Prompter(desk, place_of(uri), uri)
    opened: Future[libvirt.virConnect] = Future()

    def work() -> None:
        try:
            opened.set_result(open_asking(uri, read_only=read_only, prompter=prompter, askpass=askpass))
        except (libvirt.libvirtError, OSError) as error:
            opened.set_exception(error)

    inbox.attach(woken.set)
    opened.add_done_callback(lambda _: woken.set())
    threading.Thread(target=work, name="open", daemon=True).start()
    try:
        deadline = time.monotonic() + timeout
        while not opened.done():
            if not woken.wait(deadline - time.monotonic()):
                raise UnansweredError
            woken.clear()
            for question in _waiting(inbox):
                text = ask(question)
                desk.answer(question.id, Answer(text) if text is not None else None)
                deadline = time.monotonic() + timeout
        return opened.result()
    finally:
        prompter.close()
        desk.close()
        askpass.close()


def _waiting(inbox: Inbox) -> list[Question]:
    """What was asked and not withdrawn at once."""
    changes = inbox.drain()
    gone = {change.question for change in changes if isinstance(change, AskedNoMore)}
    return [c.question for c in changes if isinstance(c, Asked) and c.question.id not in gone]
