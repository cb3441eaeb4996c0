"""Consoles of real guests: typing, boots, others at the same console, and guests that do not read."""

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.daemon import LibvirtDaemon
from tests.support.emulator import Screen
from tests.support.guest import guest_xml
from tests.support.headless import HOST, Headless, open_descriptors, threads_of
from tests.support.linux_guest import LinuxGuest
from tests.support.tuivirt_terminal import App
from tests.support.wait import PATIENCE, until
from tuivirt.backend import consoles
from tuivirt.backend.attachment import MESSAGE
from tuivirt.core.changes import ConsoleChanged, ConsoleOutput, Happened
from tuivirt.core.console import Console, ConsoleState
from tuivirt.core.journal import Entry
from tuivirt.core.key import Key

CURSOR = b"\x1b[1;1R"
"""What busybox asks for before it prompts."""


class Sitting:
    """Somebody at a console, without a screen."""

    def __init__(self, app: Headless, name: str, device: str = "serial0") -> None:
        self.app = app
        self.console = Console(Key(HOST, "domain", app.domain(name).item.uuid), device)
        self.output = b""

    @property
    def state(self) -> ConsoleState:
        states = [c.state for c in self.app.changes if isinstance(c, ConsoleChanged)]
        return next(state for state in reversed(states) if state.console == self.console)

    def open(self, take: str = "free") -> None:
        self.app.fleet.open_console(self.console, take)  # type: ignore[arg-type]

    def type(self, text: str | bytes) -> None:
        data = text.encode() if isinstance(text, str) else text
        assert self.app.fleet.send_console(self.console, data)

    def _take(self) -> bytes:
        if ConsoleOutput(self.console) in self.app.changes:
            self.output += self.app.fleet.console_output(self.console).data
        return self.output

    def until(
        self, condition: Callable[[ConsoleState], object], what: str, timeout: float = PATIENCE
    ) -> None:
        self.app.until(lambda: self._take() is None or condition(self.state), what, timeout)

    def until_phase(self, phase: str, timeout: float = PATIENCE) -> None:
        self.until(lambda state: state.phase == phase, f"it is {phase}", timeout)

    def until_output(self, text: bytes, timeout: float = PATIENCE) -> None:
        """Wait for a text, and forget what came up to its end."""
        try:
            self.app.until(lambda: text in self._take(), repr(text), timeout)
        except AssertionError as error:
            error.add_note(repr(self.output[-500:]))
            raise
        self.output = self.output[self.output.index(text) + len(text) :]


@pytest.fixture
def app() -> Iterator[Headless]:
    with Headless(stats_interval=60.0, keepalive=(1, 3)) as app:
        yield app


def test_one_sits_at_a_guest_over_its_boots(
    app: Headless, daemon: LibvirtDaemon, linux_guest: LinuxGuest, tmp_path: Path
) -> None:
    daemon.define(linux_guest.xml("web"))
    app.open(daemon.uri)
    at = Sitting(app, "web")
    at.open()
    at.until_phase("waiting")
    # It is attached when the domain starts, and has what is written from then on.
    daemon.virsh("start", "web")
    at.until_phase("attached")
    log = tmp_path / "web.log"
    app.fleet.log_console(at.console, str(log))
    at.until_output(b"ready: web")
    at.until_output(b"\x1b[6n")
    at.type(CURSOR + b"echo 'guest::1000:1000::/:/bin/sh' >>/etc/passwd; login\r")
    at.until_output(b"login: ")
    at.type("guest\r")
    at.until_output(b"\x1b[6n")
    at.type(CURSOR + b"id -u; echo $((6*7))\r")
    at.until_output(b"\r\n1000\r\n42\r\n")
    at.type("exit\r")
    at.until_output(b"\x1b[6n")
    # A reboot is another boot at the same console.
    at.type(CURSOR + b"reboot -f\r")
    at.until(lambda state: state.boots >= 2, "it reboots")
    assert at.state.phase == "attached"
    # Forced off it waits, started it is attached again.
    daemon.virsh("destroy", "web")
    at.until_phase("waiting")
    daemon.virsh("start", "web")
    at.until_phase("attached")
    at.until_output(b"ready: web")
    app.fleet.log_console(at.console, "")
    until(lambda: log.read_text().count("ready: web") == 2 and "42" in log.read_text(), "the log")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert "\x1b" not in log.read_text()
    with pytest.raises(FileExistsError):
        app.fleet.log_console(at.console, str(log))
    # What is typed while it is being attached to reaches the guest, from the first key on.
    at.until_output(b"\x1b[6n")
    app.fleet.close_console(at.console)
    at.open()
    at.type(CURSOR + b"echo $((6*9))\r")
    at.until_output(b"\r\n54\r\n")


def test_only_one_sits_at_a_console(app: Headless, daemon: LibvirtDaemon) -> None:
    daemon.define(guest_xml("web", serial=True))
    daemon.virsh("start", "web")
    app.open(daemon.uri)
    at = Sitting(app, "web")
    with Headless() as elsewhere:
        elsewhere.open(daemon.uri)
        other = Sitting(elsewhere, "web")
        other.open()
        other.until_phase("attached")
        at.open()
        at.until_phase("held")
        assert "Active console session exists" in at.state.note
        at.open()
        at.until_phase("held")
        at.open("force")
        at.until_phase("attached")
        other.until_phase("lost")
        assert other.state.note == "somebody else has taken it over"
        app.until(lambda: [entry.name for entry in entries(app)] == ["web"], "an entry in the journal")
        # Given back, it is free.
        app.fleet.close_console(at.console)

        def attached(state: ConsoleState) -> bool:
            if state.phase in {"held", "lost"}:
                other.open()  # it is given back a moment later
            return state.phase == "attached"

        other.until(attached, "it is free")
    failing = Sitting(app, "web", "serial7")
    failing.open()
    failing.until_phase("failed")
    assert "serial7" in failing.state.note


def test_what_somebody_else_has_is_his_until_one_asks_for_it(
    app: Headless, daemon: LibvirtDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither who found it taken nor who has lost it comes back by itself."""
    monkeypatch.setattr(consoles, "ENDING", 0.0)
    daemon.define(guest_xml("web", serial=True))
    daemon.virsh("start", "web")
    app.open(daemon.uri)
    at = Sitting(app, "web")
    with Headless() as elsewhere:
        elsewhere.open(daemon.uri)
        other = Sitting(elsewhere, "web")
        other.open()
        other.until_phase("attached")
        at.open()
        at.until_phase("held")
        app.fleet.disconnect(HOST)
        app.until_phase("closed")
        app.connect()
        for first, second, phase in ((other, at, "held"), (at, other, "lost")):
            assert second.state.phase == phase
            daemon.virsh("destroy", "web")
            first.until_phase("waiting")
            second.until(lambda state: state.note == consoles.OFF, "it has been off")
            daemon.virsh("start", "web")
            first.until_phase("attached")
            boots = second.state.boots
            daemon.virsh("reset", "web")
            second.until(lambda state, boots=boots: state.boots > boots, "it starts")  # type: ignore[misc]
            assert second.state.note == consoles.OFF
            assert first.state.phase == "attached"
            second.open("force")
            second.until_phase("attached")
            first.until_phase("lost")
        assert other.state.phase == "attached"


def entries(app: Headless) -> list[Entry]:
    """What the journal tells of consoles."""
    told = [change.entry for change in app.changes if isinstance(change, Happened)]
    return [entry for entry in told if entry.what == "console taken over"]


def test_a_guest_that_does_not_read_keeps_nothing_up(app: Headless, daemon: LibvirtDaemon) -> None:
    daemon.define(guest_xml("web", serial=True))
    daemon.virsh("start", "web")
    app.open(daemon.uri)
    at = Sitting(app, "web")
    at.open()
    at.until_phase("attached")
    daemon.virsh("suspend", "web")
    for _ in range(4):
        at.type(b"x" * MESSAGE)
    at.until(lambda state: state.unsent > 0, "the rest waits")
    taken = [app.fleet.send_console(at.console, b"x" * MESSAGE) for _ in range(4)]
    assert taken == sorted(taken, reverse=True)
    assert not taken[-1], "it does not wait without end"
    # All the connection's requests are free: five that are stuck would be all it has.
    for _ in range(5):
        daemon.define(guest_xml("new"))
        app.until(lambda: "new" in app.records(), "a domain")
        daemon.virsh("undefine", "new")
        app.until(lambda: "new" not in app.records(), "no domain")
    app.fleet.close_console(at.console)
    app.fleet.refresh(HOST)
    daemon.define(guest_xml("new"))
    app.until(lambda: "new" in app.records(), "it goes on while that is being closed")


def test_a_lost_connection_comes_back_and_a_closed_one_leaves_nothing(
    app: Headless, daemon: LibvirtDaemon
) -> None:
    daemon.define(guest_xml("web", serial=True))
    daemon.virsh("start", "web")
    app.open(daemon.uri)
    at = Sitting(app, "web")
    at.open()
    at.until_phase("attached")
    daemon.restart()
    at.until(lambda state: state.note == "its host is not connected", "it waits for its host")
    at.until_phase("attached")
    # What became of the guest meanwhile nobody has told: it has another id.
    boots = at.state.boots
    leave(app)
    daemon.virsh("destroy", "web")
    daemon.virsh("start", "web")
    app.connect()
    at.until_phase("attached")
    assert at.state.boots == boots + 1
    leave(app)
    # The host may hold it for a connection that it has not noticed to be lost.
    with Headless() as elsewhere:
        elsewhere.open(daemon.uri)
        other = Sitting(elsewhere, "web")
        other.open()
        other.until_phase("attached")
        app.connect()
        at.until_phase("held")
    at.until_phase("attached")
    assert at.state.boots == boots + 1, "it is the same boot"
    leave(app)
    before = open_descriptors()
    for _ in range(3):
        app.connect()
        at.open()
        at.until_phase("attached")
        leave(app)
    until(lambda: open_descriptors() <= before, "no socket is kept open")
    with Headless() as elsewhere:
        elsewhere.open(daemon.uri)
        other = Sitting(elsewhere, "web")
        other.open()
        other.until_phase("attached")


def leave(app: Headless) -> None:
    """Close the connection, and wait until nothing is left of it."""
    app.fleet.disconnect(HOST)
    until(lambda: not threads_of(HOST), "the threads of the session have ended")


def test_a_transient_domain_that_has_gone_is_off(
    app: Headless, daemon: LibvirtDaemon, tmp_path: Path
) -> None:
    definition = tmp_path / "web.xml"
    definition.write_text(guest_xml("web", serial=True))
    daemon.virsh("create", str(definition))
    app.open(daemon.uri)
    at = Sitting(app, "web")
    at.open()
    at.until_phase("attached")
    streams = app.session().streams
    assert streams.is_active(at.console)
    daemon.virsh("destroy", "web")
    at.until_phase("waiting")
    assert not streams.is_active(at.console)
    daemon.virsh("create", str(definition))
    at.until_phase("attached")


def test_at_a_console_in_the_app(daemon: LibvirtDaemon, linux_guest: LinuxGuest, tmp_path: Path) -> None:
    daemon.define(linux_guest.xml("web"))
    with App(tmp_path, "-c", daemon.uri, columns=80, rows=24) as app:
        app.until_text("web")
        app.press("c")
        app.until_text("The domain is off.", "Ctrl+]")
        daemon.virsh("start", "web")
        until_prompt(app)
        app.press("ctrl+]", "s")
        app.until_text("stty rows 23 cols 80")
        until_prompt(app)
        app.send("echo $((6*7)); ec\tho\x7f\x7f\x7f done\x03")
        until_prompt(app)
        app.send("echo é; echo $((6*7))\r")
        app.until(lambda screen: "42" in [line.strip() for line in screen.lines], what="its output")
        until_prompt(app)
        memory = app.memory()
        app.send("yes | head -n 30000; echo do''ne\r")
        app.until(lambda screen: "done" in screen.lines, what="the end of the flood")
        end = app.screen.lines.index("done")
        assert app.screen.lines[:end] == ["y"] * end
        assert app.memory() - memory < 16 << 20
        until_prompt(app)
        app.send("vi /etc/passwd\r")
        app.until(lambda screen: "/etc/passwd" in screen.lines[22] and screen.lines[5] == "~", what="vi")
        app.send("Gosecond line")
        app.until(lambda screen: screen.lines[22].startswith("I"), what="the mode of typing")
        app.press("escape")
        app.until(lambda screen: screen.lines[1] == "second line", what="what was typed")
        app.until(lambda screen: screen.lines[22].startswith("-"), what="the end of typing")
        app.press("up", "x")
        app.until(lambda screen: screen.lines[0] != "root:x:0:0:root:/root:/bin/sh", what="a key of vi")
        app.send(":q!\r")
        until_prompt(app)
        app.send("top\r")
        app.until_text("Mem:", "COMMAND")
        app.send("q")
        until_prompt(app)
        app.send("dmesg | less\r")
        app.until(lambda screen: screen.lines[22] in {":", "standard input"}, what="less")
        # Single keys: between two it gives the terminal back to the kernel, which makes \r a \n.
        top = app.screen.lines[0]
        app.send(" ")
        app.until(lambda screen: screen.lines[22] and screen.lines[0] != top, what="the next page")
        app.send("q")
        until_prompt(app)
        app.press("ctrl+]", "q")
        app.until_row("web", "running")
        app.press("c")
        app.until_text("Ctrl+]")
        app.press("ctrl+]", "d")
        app.until_row("web", "running")
        app.press("q")
        assert app.wait() == 0


def until_prompt(app: App) -> None:
    """The shell reads a command, whose first character is a blank.

    It asks for the cursor when it has written a prompt, and what is typed before mixes with the answer; that
    it shows a blank says that it has asked.
    """

    def cursor_at(screen: Screen, column: int) -> bool:
        row = max((row for row, line in enumerate(screen.lines[:23]) if line), default=0)
        cursor, beside = (screen.style(row, place).background for place in (column, 40))
        return screen.lines[row] == "#" and cursor != beside

    app.until(lambda screen: cursor_at(screen, 2), what="the prompt")
    app.send(" ")
    app.until(lambda screen: cursor_at(screen, 3), what="a blank")
