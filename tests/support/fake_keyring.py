"""A keyring of the tests' own, and an index of what is in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError


class FakeKeyring(KeyringBackend):
    """Passwords by service and account."""

    priority = 1

    def __init__(self) -> None:
        # Not the one above, which takes properties from the environment.
        self.passwords: dict[tuple[str, str], str] = {}
        self.asked: list[str] = []
        """The accounts whose passwords somebody wanted to know."""
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        self.asked.append(username)
        return self.passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.passwords[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        if self.passwords.pop((service, username), None) is None:
            raise PasswordDeleteError("not found")

    def _check(self) -> None:
        if self.locked:
            raise KeyringLocked("the keyring is locked")


@contextmanager
def installed() -> Iterator[FakeKeyring]:
    """Make it the keyring of this process."""
    fake, before = FakeKeyring(), keyring.get_keyring()
    keyring.set_keyring(fake)
    try:
        yield fake
    finally:
        keyring.set_keyring(before)


class Notes:
    """An index in memory: ``backend.vault.Index``."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def get(self, name: str, default: Any) -> Any:
        return self.values.get(name, default)

    def set(self, name: str, value: Any) -> None:
        self.values[name] = value
