"""What one attempt to open a connection asks: counted, cancelled and withdrawn together."""

import threading
from collections import Counter
from collections.abc import Hashable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final

import libvirt

from tuivirt.backend.desk import Desk, Pending
from tuivirt.core.question import Question
from tuivirt.core.uri import ConnectionURI

if TYPE_CHECKING:
    from tuivirt.backend.prompt_words import Words

MOST: Final = 3
"""So many answers to one prompt: libssh would ask for ever, and servers lock out who guesses on."""

CREDENTIALS: Final = [
    libvirt.VIR_CRED_AUTHNAME,
    libvirt.VIR_CRED_PASSPHRASE,
    libvirt.VIR_CRED_ECHOPROMPT,
    libvirt.VIR_CRED_NOECHOPROMPT,
    libvirt.VIR_CRED_REALM,
    libvirt.VIR_CRED_EXTERNAL,
]


class Prompter:
    """Asks for one attempt, from any thread. After ``close``, or a cancel, every question is declined."""

    def __init__(self, desk: Desk, connection: str, uri: ConnectionURI) -> None:
        self._desk = desk
        self._connection = connection
        self._uri = uri
        self._lock = threading.Lock()
        self._asked: Counter[Hashable] = Counter()
        self._pending: dict[int, Pending] = {}
        self._closed = False
        self._reason = ""
        self._rounds = 1
        self._answered = False
        self.cancelled = False
        """The user cancelled one of its questions."""
        self.gave_up = False
        """The same was asked ``MOST`` times."""

    def ask(self, words: "Words", asker: str, of: Hashable = None) -> Pending:
        """Ask. The same words from the same process (``of``) mean that the last answer was not accepted."""
        with self._lock:
            times = self._asked[of, words.kind, words.prompt] = self._asked[of, words.kind, words.prompt] + 1
            if times > MOST:
                self.gave_up = True
            if self._closed or self.cancelled or self.gave_up:
                return _declined()
            reason = self._reason or (f"{asker} did not accept the last answer" if times > 1 else "")
            pending = self._desk.ask(
                lambda number: Question(
                    number,
                    self._connection,
                    place_of(self._uri),
                    asker,
                    words.kind,
                    words.prompt,
                    words.default,
                    reason,
                    words.key_type,
                    words.fingerprint,
                ),
                self._cancel,
            )
            self._pending[pending.id] = pending
        pending.answer.add_done_callback(lambda _: self._pending.pop(pending.id, None))
        return pending

    def ask_for_ssh(self, prompt: str, hint: str, process: int) -> Pending:
        """What ssh gave its askpass program: the prompt, and ``SSH_ASKPASS_PROMPT``."""
        from tuivirt.backend.prompt_words import ssh_words  # here: most hosts ask nothing

        return self.ask(ssh_words(prompt, hint), "ssh", process)

    def withdraw(self, number: int) -> None:
        """Whoever asked is gone."""
        self._desk.withdraw(number)

    def collect(self, credentials: list[list[Any]], _opaque: object) -> int:
        """libvirt's auth callback, on the thread that opens: fills in each credential, or returns -1."""
        from tuivirt.backend.prompt_words import libvirt_words

        asker = _ASKERS.get(self._uri.effective_transport or "", "libvirt")
        for credential in credentials:
            type_, prompt, challenge, default, _ = credential
            words = libvirt_words(type_, prompt or challenge or "", default or "", self._uri)
            answer = self.ask(words, asker).answer.result()
            if answer is None:
                return -1
            if words.kind == "host key":
                answer = "y" if answer == "yes" else "n"
            else:
                self._answered = True
            credential[4] = answer
        return 0

    def again(self, error: libvirt.libvirtError) -> bool:
        """Whether to open once more, because what the user answered was refused."""
        refused = error.get_error_code() == libvirt.VIR_ERR_AUTH_FAILED and self._answered
        with self._lock:
            if not refused or self._closed or self.cancelled or self.gave_up:
                return False
            if self._rounds == MOST:
                self.gave_up = True
                return False
            self._rounds += 1
            self._asked.clear()
            self._answered = False
            self._reason = error.get_error_message() or str(error)
            return True

    @property
    def waits(self) -> bool:
        """The user has not answered yet."""
        return bool(self._pending)

    def close(self) -> None:
        """The attempt is over, or given up: its questions are withdrawn."""
        with self._lock:
            self._closed = True
            numbers = list(self._pending)
        for number in numbers:
            self._desk.withdraw(number)

    def _cancel(self) -> None:
        self.cancelled = True


_ASKERS: Final = {
    "libssh": "libssh",
    "libssh2": "libssh2",
    "tcp": "the daemon (SASL)",
    "tls": "the daemon (SASL)",
    "unix": "the daemon (SASL)",
    "ssh": "the daemon (SASL)",
    "ext": "the daemon (SASL)",
}


def place_of(uri: ConnectionURI) -> str:
    """Whom a URI leads to: ``root@host:2222``, a socket, or the driver's path."""
    host = uri.effective_host
    if host is None:
        return uri.params.get("socket") or uri.params.get("command") or f"{uri.driver}://{uri.path}"
    host = f"[{host}]" if ":" in host else host
    return f"{f'{uri.user}@' if uri.user else ''}{host}{f':{uri.port}' if uri.port else ''}"


def _declined() -> Pending:
    answer: Future[str | None] = Future()
    answer.set_result(None)
    return Pending(0, answer)
