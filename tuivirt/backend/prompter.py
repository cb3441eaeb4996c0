"""What one attempt to open a connection asks: counted, cancelled and withdrawn together."""

import threading
from collections import Counter
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import libvirt

from tuivirt.backend.desk import Desk, Pending
from tuivirt.backend.errors import step_of
from tuivirt.core.question import Answer, Question
from tuivirt.core.uri import ConnectionURI

if TYPE_CHECKING:
    from tuivirt.backend.keeping import Keeping
    from tuivirt.backend.prompt_words import Words
    from tuivirt.backend.vault import Vault

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


_CHALLENGING: Final = frozenset({libvirt.VIR_CRED_ECHOPROMPT, libvirt.VIR_CRED_NOECHOPROMPT})


class Prompter:
    """Asks for one attempt, from any thread. After ``close``, or a cancel, every question is declined."""

    def __init__(
        self,
        desk: Desk,
        connection: str,
        uri: ConnectionURI,
        vault: "Callable[[], Vault] | None" = None,
    ) -> None:
        """``vault``: opens the one that has what the user wants kept, once something is asked."""
        self._desk = desk
        self._connection = connection
        self._uri = uri
        self._lock = threading.Lock()
        self._asked: Counter[Hashable] = Counter()
        self._pending: dict[int, Pending] = {}
        self._looking = 0
        """How many questions the keyring is asked about."""
        self._closed = False
        self._reason = ""
        self._rounds = 1
        self._answered = False
        self._open_vault = vault
        self._keeping: Keeping | None = None
        self._refused: dict[str, str] = {}
        """Of the last round, by account: what was taken from the keyring, as far as it is proposed again."""
        self.cancelled = False
        """The user cancelled one of its questions."""
        self.gave_up = False
        """The same was asked ``MOST`` times."""

    def ask(self, words: "Words", asker: str, of: Hashable = None) -> Pending:
        """Ask, unless the keyring knows. The same words from the same process (``of``) mean that the last
        answer was not accepted.
        """
        with self._lock:
            times = self._asked[of, words.kind, words.prompt] = self._asked[of, words.kind, words.prompt] + 1
            if times > MOST:
                self.gave_up = True
            if self._is_over():
                return _answered(None)
            self._looking += 1
        # Not under the lock: it may take as long as unlocking a keyring does.
        try:
            account, known, proposal = self._look_up(words, asker, again=times > 1)
        finally:
            with self._lock:
                self._looking -= 1
                over = self._is_over()
        if over and self._keeping is not None:
            self._keeping.close()  # what was taken meanwhile, others may try
        if over or known is not None:
            return _answered(None if over else known)
        reason = self._reason or (f"{asker} did not accept the last answer" if times > 1 else "")
        if proposal is not None:
            reason = f"what the keyring had was not accepted{f': {self._reason}' if self._reason else ''}"
        with self._lock:
            if self._is_over():
                return _answered(None)
            pending = self._desk.ask(
                lambda number: Question(
                    number,
                    self._connection,
                    place_of(self._uri),
                    asker,
                    words.kind,
                    words.prompt,
                    proposal or words.default,
                    reason,
                    words.key_type,
                    words.fingerprint,
                    may_keep=bool(account),
                    was_kept=proposal is not None,
                ),
                partial(self._heard, account, words.kind),
            )
            self._pending[pending.id] = pending
        pending.answer.add_done_callback(lambda _: self._pending.pop(pending.id, None))
        return pending

    def _is_over(self) -> bool:
        return self._closed or self.cancelled or self.gave_up

    def _look_up(self, words: "Words", asker: str, *, again: bool) -> tuple[str, str | None, str | None]:
        """As what the answer may be kept, the one that was kept, and what to propose where that was wrong."""
        if self._open_vault is None:
            return "", None, None
        with self._lock:  # ssh and the one to its jump host may ask at once
            if self._keeping is None:
                from tuivirt.backend.keeping import Keeping  # here: most hosts ask nothing

                tell = partial(self._desk.tell, self._connection)
                self._keeping = Keeping(self._open_vault(), place_of(self._uri), tell)
        account = self._keeping.account(words, asker)
        proposal = self._keeping.refuse(account) if again else self._refused.pop(account, None)
        known = self._keeping.take(account, words.kind) if not again and proposal is None else None
        return account, known, proposal

    def ask_for_ssh(self, prompt: str, hint: str, process: int) -> Pending:
        """What ssh gave its askpass program: the prompt, and ``SSH_ASKPASS_PROMPT``."""
        from tuivirt.backend.prompt_words import ssh_words  # here: most hosts ask nothing

        return self.ask(ssh_words(self._uri.conceal(prompt), hint), "ssh", process)

    def withdraw(self, number: int) -> None:
        """Whoever asked is gone."""
        self._desk.withdraw(number)

    def collect(self, credentials: list[list[Any]], _opaque: object) -> int:
        """libvirt's auth callback, on the thread that opens: fills in each credential, or returns -1."""
        from tuivirt.backend.prompt_words import libvirt_words

        asker = _ASKERS.get(self._uri.effective_transport or "", "libvirt")
        for credential in credentials:
            type_, prompt, challenge, default, _ = credential
            text = prompt or challenge or ""
            if type_ in _CHALLENGING and challenge and challenge not in text:
                text = f"{challenge}\n{text}"  # what a one-time password is made from
            words = libvirt_words(type_, self._uri.conceal(text), default or "", self._uri)
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
        message = error.get_error_message() or str(error)
        if self._keeping is not None and step_of(message, error.get_error_code()) in _LOGIN:
            self._refused = self._keeping.refuse_all()
        refused = error.get_error_code() == libvirt.VIR_ERR_AUTH_FAILED and self._answered
        with self._lock:
            if not refused or self._is_over():
                return False
            if self._rounds == MOST:
                self.gave_up = True
                return False
            self._rounds += 1
            self._asked.clear()
            self._answered = False
            self._reason = self._uri.conceal(message)
            return True

    def opened(self) -> None:
        """The connection is open: the answers were right."""
        if self._keeping is not None:
            self._keeping.opened()

    @property
    def waits(self) -> bool:
        """The user has not answered yet, or the keyring, which may ask its user."""
        return bool(self._pending or self._looking)

    def close(self) -> None:
        """The attempt is over, or given up: its questions are withdrawn."""
        with self._lock:
            self._closed = True
            numbers = list(self._pending)
        if self._keeping is not None:
            self._keeping.close()
        for number in numbers:
            self._desk.withdraw(number)

    def _heard(self, account: str, kind: str, answer: Answer | None) -> None:
        if answer is None:
            self.cancelled = True
        elif self._keeping is not None:
            self._keeping.answered(account, kind, answer)


_LOGIN: Final = frozenset({"authentication", "SASL", "SSH authentication"})
"""Steps at which an answer was wrong, if one was given."""

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
    uri = uri.without_secrets()
    host = uri.effective_host
    if host is None:
        return uri.params.get("socket") or uri.params.get("command") or f"{uri.driver}://{uri.path}"
    host = f"[{host}]" if ":" in host else host
    return f"{f'{uri.user}@' if uri.user else ''}{host}{f':{uri.port}' if uri.port else ''}"


def _answered(text: str | None) -> Pending:
    """What nobody is asked."""
    answer: Future[str | None] = Future()
    answer.set_result(text)
    return Pending(0, answer)
