"""Answers that the user has had kept, in the system's keyring by way of the package ``keyring``.

The package is optional, and costs 80 ms: it is imported when something is to be kept, or was kept before. So
whoever never ticks the box has no keyring unlocked.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from typing import Any, Final, Protocol, TypeVar

from tuivirt.backend.limited import UnansweredError, limited

log = logging.getLogger(__name__)

SERVICE: Final = "tuivirt"
"""The name that all of it goes by in the keyring."""

PATIENCE: Final = 60.0
"""Seconds for the keyring, which may ask the user to unlock it."""

T = TypeVar("T")


class Index(Protocol):
    """Remembers from run to run which accounts are in the keyring, and no more of them."""

    def get(self, name: str, default: Any) -> Any: ...

    def set(self, name: str, value: Any) -> None: ...


class VaultError(Exception):
    """Why the keyring did not keep an answer."""


class Vault:
    """Each method may block for ``PATIENCE`` seconds. An account says whose answer to what it is."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._lent: dict[str, object] = {}
        self._returned = threading.Condition()

    @property
    def is_there(self) -> bool:
        """Whether the package is installed; what it can do on this machine turns out when it is used."""
        return find_spec("keyring") is not None

    def get(self, account: str) -> str | None:
        """None where nothing was kept, or it cannot be had now. Asks the keyring for what was kept alone."""
        if account not in self._accounts or not self.is_there:
            return None
        try:
            answer: str | None = self._use(lambda ring: ring.get_password(SERVICE, account))
        except VaultError as error:
            log.warning("the keyring: %s", error)
            return None
        return answer

    def borrow(self, account: str, borrower: object, over: Callable[[], bool]) -> str | None:
        """The same for a try: until it is given back nobody else gets it, for it may be wrong, and servers
        lock out who guesses.

        Waits for that, until it is ``over`` or too long; then None.
        """
        if account not in self._accounts:
            return None
        with self._returned:
            free = self._returned.wait_for(
                lambda: over() or self._lent.get(account, borrower) is borrower, PATIENCE
            )
            if over() or not free:
                return None
            self._lent[account] = borrower
        answer = self.get(account)
        if answer is None:
            self.give_back(borrower, [account])
        return answer

    def give_back(self, borrower: object, accounts: Iterable[str]) -> None:
        """The try is over: they proved right, were forgotten, or nothing is known."""
        with self._returned:
            for account in accounts:
                if self._lent.get(account) is borrower:
                    del self._lent[account]
            self._returned.notify_all()

    def put(self, account: str, answer: str) -> None:
        """Raises VaultError."""
        # The index first: what is in it alone is asked for in vain, what is in the keyring alone is there for
        # good.
        with self._lock:
            self._index.set("accounts", sorted({*self._accounts, account}))
        self._use(lambda ring: ring.set_password(SERVICE, account, answer))

    def forget(self, account: str) -> None:
        """Whatever the keyring says to that: it is not asked for this account again."""
        with self._lock:
            self._index.set("accounts", sorted(self._accounts - {account}))
        try:
            self._use(lambda ring: ring.delete_password(SERVICE, account))
        except VaultError as error:
            log.warning("the keyring: %s", error)

    def _use(self, act: "Callable[[Any], T]") -> T:
        import keyring
        from keyring.errors import KeyringError

        try:
            # Should a backend fail in a way of its own, that is a traceback in the log, and no answer.
            return limited(lambda: act(keyring), PATIENCE, KeyringError, OSError)
        except UnansweredError:
            raise VaultError(f"no answer within {PATIENCE:g} s") from None
        except (KeyringError, OSError) as error:
            raise VaultError(str(error) or type(error).__name__) from error

    @property
    def _accounts(self) -> frozenset[str]:
        return frozenset(map(str, self._index.get("accounts", [])))
