"""What events say in the journal. Their callbacks run on libvirt's own thread: none may fail or ask."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import libvirt
import pytest

from tests.support.hosts import HostDomain, uuid_of, write_host
from tuivirt.core.key import Key
from tuivirt.resources.domain import events
from tuivirt.resources.domain.events import DomainEvent, lifecycle_words

# The arguments of each callback as the binding dispatches it, and what the journal then says.
CASES: list[tuple[str, tuple[Any, ...], str, str]] = [
    ("REBOOT", (), "rebooted", ""),
    ("WATCHDOG", (1,), "watchdog expired", ""),
    ("IO_ERROR_REASON", ("/a.img", "virtio-disk0", 1, "enospc"), "I/O error", "virtio-disk0 /a.img enospc"),
    ("IO_ERROR_REASON", (None, None, 1, None), "I/O error", ""),
    ("CONTROL_ERROR", (), "lost control of the hypervisor process", ""),
    ("BLOCK_JOB_2", ("vda", 2, 3), "block job", "vda ready"),
    ("BLOCK_JOB_2", ("vda", 2, 99), "block job", "vda (99)"),
    ("DISK_CHANGE", (None, "/new.iso", "ide0-1-0", 0), "medium changed", "ide0-1-0"),
    ("DISK_CHANGE", ("/old.iso", None, None, 1), "medium changed", ""),
    ("TRAY_CHANGE", ("ide0-1-0", 0), "tray", "ide0-1-0 opened"),
    ("TRAY_CHANGE", ("ide0-1-0", 1), "tray", "ide0-1-0 closed"),
    ("PMWAKEUP", (0,), "woken up", ""),
    ("PMSUSPEND", (0,), "suspended to memory", ""),
    ("PMSUSPEND_DISK", (0,), "suspended to disk", ""),
    ("DEVICE_ADDED", ("net0",), "device added", "net0"),
    ("DEVICE_REMOVED", ("net0",), "device removed", "net0"),
    ("DEVICE_REMOVAL_FAILED", ("net0",), "device removal failed", "net0"),
    ("AGENT_LIFECYCLE", (1, 2), "guest agent", "connected"),
    ("AGENT_LIFECYCLE", (2, 1), "guest agent", "disconnected"),
    ("METADATA_CHANGE", (1, None), "metadata changed", ""),
    ("JOB_COMPLETED", ({"operation": 2},), "job completed", ""),
    ("MEMORY_FAILURE", (0, 1, 2), "memory failure", ""),
    ("NIC_MAC_CHANGE", ("net0", "00:01", "00:02"), "MAC address changed", "net0 00:02"),
    ("TUNABLE", ({"cputune.vcpupin0": "0-1"},), "tuned", "cputune.vcpupin0=0-1"),
]  # fmt: skip


class Recorder:
    """A connection that keeps the callbacks it is given."""

    def __init__(self) -> None:
        self.callbacks: dict[int, Callable[..., None]] = {}

    def domainEventRegisterAny(  # noqa: N802
        self, _dom: object, number: int, callback: Callable[..., None], _opaque: object
    ) -> int:
        self.callbacks[number] = callback
        return number


@pytest.fixture
def dom(tmp_path: Path) -> libvirt.virDomain:
    uri = write_host(tmp_path / "host.xml", [HostDomain("web", state="running")])
    return libvirt.open(uri).lookupByName("web")


def callbacks(subscribe: Callable[..., Any], seen: list[DomainEvent]) -> dict[int, Callable[..., None]]:
    recorder = Recorder()
    assert list(subscribe(recorder, "lab", seen.append)) == list(recorder.callbacks)
    return recorder.callbacks


def test_every_event_has_a_case() -> None:
    assert {suffix for suffix, *_ in CASES} == set(events._OTHERS)


@pytest.mark.parametrize(("suffix", "arguments", "what", "detail"), CASES)
def test_what_it_says(
    suffix: str,
    arguments: tuple[Any, ...],
    what: str,
    detail: str,
    dom: libvirt.virDomain,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    number = 999
    monkeypatch.setattr(libvirt, f"VIR_DOMAIN_EVENT_ID_{suffix}", number, raising=False)
    seen: list[DomainEvent] = []
    callbacks(events.subscribe_others, seen)[number](None, dom, *arguments, None)
    (event,) = seen
    assert (event.key, event.name) == (Key("lab", "domain", uuid_of("web")), "web")
    assert (event.what, event.detail) == (what, detail)
    assert event.handle is dom


@pytest.mark.parametrize("event", range(-1, 12))
@pytest.mark.parametrize("detail", [-1, 0, 3, 99])
def test_numbers_of_a_newer_libvirt_are_shown_as_numbers(
    event: int, detail: int, dom: libvirt.virDomain
) -> None:
    seen: list[DomainEvent] = []
    (callback,) = callbacks(events.subscribe_lifecycle, seen).values()
    callback(None, dom, event, detail, None)
    (told,) = seen
    assert told.changes
    assert (told.what, told.detail) == lifecycle_words(event, detail)
    known = 0 <= event < 9
    assert (told.what == f"event {event}") != known
    if detail in {-1, 99}:
        assert told.detail == f"({detail})"


def test_an_event_that_the_driver_does_not_know_is_left_out() -> None:
    class Choosy(Recorder):
        def domainEventRegisterAny(self, _dom: object, number: int, *rest: Any) -> int:  # noqa: N802
            if number % 2:
                error = libvirt.libvirtError("unsupported event ID")
                error.err = (
                    libvirt.VIR_ERR_INVALID_ARG,
                    0,
                    "unsupported event ID",
                    2,
                    "",
                    None,
                    None,
                    -1,
                    -1,
                )
                raise error
            return super().domainEventRegisterAny(_dom, number, *rest)

    choosy = Choosy()
    conn: Any = choosy
    numbers = list(events.subscribe_others(conn, "lab", lambda _event: None))
    assert numbers
    assert all(number % 2 == 0 for number in numbers)
