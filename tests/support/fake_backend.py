"""The scripted backend with what a detail pane asks for: definitions and sizes, at once or when told."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from tests.support.scripted import ScriptedBackend
from tuivirt.core.backend import Definition, DiskSize
from tuivirt.core.errors import HostError
from tuivirt.core.key import Key

T = TypeVar("T")


class FakeBackend(ScriptedBackend):
    """Counts what is asked. ``failures`` and ``sizes`` are laid out beforehand."""

    def __init__(self) -> None:
        super().__init__()
        self.definitions_asked: list[Key] = []
        self.sizes_asked: list[tuple[Key, tuple[str, ...]]] = []
        self.failures: dict[Key, HostError] = {}
        """Why a definition cannot be read."""
        self.sizes: dict[Key, tuple[DiskSize, ...] | HostError] = {}
        self.slow = False
        """Definitions wait until ``release``."""
        self._waiting: list[tuple[Key, asyncio.Future[Definition]]] = []

    def release(self) -> None:
        """Answer every definition that is waited for."""
        waiting, self._waiting = self._waiting, []
        for key, future in waiting:
            if not future.done():
                _settle(future, self._definition_of(key))

    def _definition_of(self, key: Key) -> Definition | HostError:
        missing = HostError(f"Domain not found: no domain with matching uuid '{key.id}'", 42, 10)
        return self.failures.get(key) or self.definitions.get(key) or missing

    def definition(self, key: Key) -> Awaitable[Definition]:
        self.definitions_asked.append(key)
        future: asyncio.Future[Definition] = asyncio.get_running_loop().create_future()
        if self.slow:
            self._waiting.append((key, future))
        else:
            _settle(future, self._definition_of(key))
        return future

    def disk_sizes(self, key: Key, targets: tuple[str, ...]) -> Awaitable[tuple[DiskSize, ...]]:
        self.sizes_asked.append((key, targets))
        future: asyncio.Future[tuple[DiskSize, ...]] = asyncio.get_running_loop().create_future()
        _settle(future, self.sizes.get(key, ()))
        return future


def _settle(future: asyncio.Future[T], answer: T | HostError) -> None:
    if isinstance(answer, HostError):
        future.set_exception(answer)
    else:
        future.set_result(answer)
