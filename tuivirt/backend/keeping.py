"""What one attempt to connect takes from the vault, and leaves in it when it succeeds."""

import logging
import re
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tuivirt.backend.vault import Vault, VaultError
from tuivirt.core.question import Answer
from tuivirt.core.text import plain

if TYPE_CHECKING:
    from tuivirt.backend.prompt_words import Words

log = logging.getLogger(__name__)

_LASTING: Final = frozenset({"user", "realm", "password", "passphrase"})
_PASSWORD: Final = re.compile(r"password|passphrase", re.IGNORECASE)
_ONCE: Final = re.compile(r"one.?time|\botp\b|token|code|verification", re.IGNORECASE)


class Keeping:
    """One per attempt. Nothing is kept of an attempt that fails; an answer that was refused is forgotten."""

    def __init__(self, vault: Vault, place: str, tell: Callable[[str], None]) -> None:
        """``place``: whom the connection is to. ``tell``: takes a sentence for the user."""
        self._vault = vault
        self._place = place
        self._tell = tell
        self._user = ""
        """Who logs in, where that was asked: others have other passwords."""
        self._taken: dict[str, str] = {}
        """By account, what the vault had; of names alone, which are proposed again."""
        self._wanted: dict[str, str] = {}
        """By account, what the user wants kept once it has let us in."""
        self._closed = False

    def account(self, words: "Words", asker: str) -> str:
        """What the answer to a question is kept as; empty for what is never kept.

        The prompt is part of it, so that no other question gets that answer.
        """
        lasting = words.kind in _LASTING or (
            words.kind == "secret" and _PASSWORD.search(words.prompt) and not _ONCE.search(words.prompt)
        )
        if not lasting or not self._vault.is_there:
            return ""
        whose = (self._place, asker, *([self._user] if self._user and words.kind != "user" else []))
        return " · ".join(plain(part) for part in (*whose, " ".join(words.prompt.split())))

    def take(self, account: str, kind: str) -> str | None:
        """What was kept, at the first question of an attempt.

        May block while the keyring is unlocked, and while another attempt tries the same.
        """
        answer = self._vault.borrow(account, self, lambda: self._closed) if account else None
        if answer is not None:
            self._taken[account] = answer if kind == "user" else ""
            self._note_user(kind, answer)
        return answer

    def refuse(self, account: str) -> str | None:
        """What was taken let nobody in: it is forgotten. What to propose instead; None if none was taken."""
        proposal = self._taken.pop(account, None)
        if proposal is not None:
            self._vault.forget(account)
            self._vault.give_back(self, [account])
        return proposal

    def refuse_all(self) -> dict[str, str]:
        """The log-in failed: all that was taken is forgotten. By account, what to propose."""
        self._wanted.clear()
        return {account: self.refuse(account) or "" for account in list(self._taken)}

    def answered(self, account: str, kind: str, answer: Answer) -> None:
        """The user's own answer."""
        self._note_user(kind, answer.text)
        self._wanted.pop(account, None)
        if answer.keep and account:
            self._wanted[account] = answer.text

    def opened(self) -> None:
        """The answers were right: keep what the user wants kept, without waiting for the keyring."""
        self._vault.give_back(self, list(self._taken))
        wanted, self._wanted = self._wanted, {}
        if wanted:
            threading.Thread(target=self._put, args=(wanted,), name="keyring", daemon=True).start()

    def close(self) -> None:
        self._closed = True
        self._wanted.clear()
        self._vault.give_back(self, list(self._taken))

    def _put(self, wanted: dict[str, str]) -> None:
        for account, answer in wanted.items():
            try:
                self._vault.put(account, answer)
            except VaultError as error:
                log.warning("the keyring: %s", error)
                self._tell(f"the keyring did not keep the answer: {error}")
                return

    def _note_user(self, kind: str, text: str) -> None:
        if kind == "user":
            self._user = text
