"""What a definition says of consoles; what waits to be sent; what is written to a log."""

import os
import stat
import threading
from pathlib import Path

import pytest

from tests.support.corpus import domain_files
from tests.support.wait import PATIENCE
from tuivirt.backend import console_log
from tuivirt.backend.attachment import BEYOND, MOST_OUTPUT, MOST_UNSENT, WINDOW, Attachment
from tuivirt.backend.console_log import ConsoleLog
from tuivirt.core.console import Console, Output
from tuivirt.core.key import Key
from tuivirt.core.wanted import Wanted
from tuivirt.resources.domain.consoles import console_devices

KEY = Key("lab1", "domain", "x")


def devices(text: str) -> list[tuple[str, str, str, bool]]:
    found = console_devices(f"<domain><devices>{text}</devices></domain>")
    return [(d.alias, d.kind, d.target, not d.refusal) for d in found]


class TestDevices:
    def test_of_a_domain_that_runs(self) -> None:
        assert devices(
            "<serial type='pty'><target type='isa-serial'/><alias name='ua-mine'/></serial>"
            "<serial type='tcp'><target type='isa-serial'/><alias name='serial1'/></serial>"
            "<console type='pty'><target type='serial'/><alias name='ua-mine'/></console>"
            "<console type='pty'><target type='virtio'/><alias name='console1'/></console>"
            "<channel type='unix'><target name='org.example'/><alias name='channel0'/></channel>"
            "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>"
            "<channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>"
        ) == [
            ("ua-mine", "serial", "isa-serial", True),
            ("serial1", "serial", "isa-serial", False),
            ("console1", "console", "virtio", True),
            ("channel0", "channel", "org.example", True),
            ("channel1", "channel", "org.qemu.guest_agent.0", False),
            ("channel2", "channel", "com.redhat.spice.0", False),
        ]

    def test_of_one_that_is_off_by_the_names_that_they_will_get(self) -> None:
        assert devices(
            "<serial type='pty'/><console type='pty'><target type='serial'/></console>"
            "<console type='pty'><target type='virtio'/></console>"
        ) == [("serial0", "serial", "", True), ("console1", "console", "virtio", True)]
        assert devices("<console type='pty'/>") == [("serial0", "console", "", True)]
        assert devices("<console type='pty'><target type='lxc'/></console>") == [
            ("console0", "console", "lxc", True)
        ]

    def test_none(self) -> None:
        assert devices("<disk/>") == []

    @pytest.mark.parametrize("path", domain_files(), ids=lambda path: path.stem)
    def test_of_every_definition(self, path: Path) -> None:
        found = console_devices(path.read_text(encoding="utf-8"))
        assert len({device.alias for device in found}) == len(found)
        for device in found:
            assert device.of(KEY) == Console(KEY, device.alias, channel=device.kind == "channel")


class TestSending:
    def test_a_guest_that_reads_gets_everything(self) -> None:
        of = Attachment(Console(KEY, "serial0"))
        for _ in range(50):
            assert of.keep(b"x" * WINDOW)
            assert of.next() == b"x" * WINDOW
            of.received(b"x")
        assert of.unsent == 0

    def test_one_that_does_not_gets_little_and_few_messages(self) -> None:
        of = Attachment(Console(KEY, "serial0"))
        sent = 0
        for _ in range(WINDOW):
            of.keep(b"word")
            sent += bool(of.next())
        assert sent == WINDOW // len(b"word") + BEYOND
        left = of.unsent
        assert left > 0
        of.received(b"?")
        assert len(of.next()) == left

    def test_a_long_paste_is_one_message_and_too_long_a_one_is_refused(self) -> None:
        of = Attachment(Console(KEY, "serial0"))
        assert of.keep(b"x" * 100_000)
        assert len(of.next()) == 100_000
        assert not of.keep(b"x" * (MOST_UNSENT + 1))
        assert of.unsent == 0

    def test_what_was_not_taken_comes_first(self) -> None:
        of = Attachment(Console(KEY, "serial0"))
        of.keep(b"abc")
        assert of.next() == b"abc"
        of.keep(b"d")
        of.put_back(b"bc")
        assert of.next() == b"bcd"

    def test_what_comes_in_is_bounded(self) -> None:
        of = Attachment(Console(KEY, "serial0"))
        assert of.received(b"first")
        for _ in range(20):
            assert not of.received(b"x" * 1_000_000)
        data, lost = of.output()
        assert len(data) <= MOST_OUTPUT
        assert len(data) + lost == 20_000_005
        assert of.output() == Output(b"")


class TestLog:
    def test_it_is_private_and_never_over_another_file(self, tmp_path: Path) -> None:
        path = tmp_path / "log"
        log = ConsoleLog(path, lambda error: None, over=False)
        log.write(b"one\r\ntw")
        log.write(b"o")
        log.close()
        assert log.finish(5)
        assert path.read_text() == "one\ntwo\n"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with pytest.raises(FileExistsError):
            ConsoleLog(path, lambda error: None, over=False)
        path.chmod(0o644)
        again = ConsoleLog(path, lambda error: None, over=True)
        again.close()
        assert again.finish(5)
        assert path.read_text() == ""
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_what_comes_faster_than_it_is_written_is_left_out_and_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(console_log, "MOST_WAITING", 10)
        log = ConsoleLog(tmp_path / "log", lambda error: None, over=False)
        goes_on = threading.Event()

        def wait() -> None:
            goes_on.wait(PATIENCE)

        log._lane.submit(wait)
        for number in range(10):
            log.write(b"%d23\n" % number)
        goes_on.set()
        assert log.finish(10)
        log.write(b"after\n")
        log.write(b"x" * 20)
        log.close()
        assert log.finish(10)
        assert (tmp_path / "log").read_text().splitlines() == [
            *("023", "123"),
            "⋯ 32 bytes were left out ⋯",
            "after",
            "⋯ 20 bytes were left out ⋯",
        ]

    def test_what_cannot_be_written_is_told_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        errors: list[OSError] = []
        log = ConsoleLog(tmp_path / "log", errors.append, over=False)
        with Path("/dev/full").open("wb") as full:
            real = os.write
            monkeypatch.setattr(os, "write", lambda _file, data: real(full.fileno(), data))
            for _ in range(3):
                log.write(b"text\r\n")
            log.close()
            assert log.finish(5)
        assert [error.errno for error in errors] == [28]

    def test_what_is_no_ordinary_file_stays_as_it_is_and_is_not_waited_for(self, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe, 0o644)
        with pytest.raises(OSError, match="No such device"):  # nobody reads it
            ConsoleLog(pipe, lambda error: None, over=True)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        try:
            with pytest.raises(OSError, match="no ordinary file"):
                ConsoleLog(pipe, lambda error: None, over=True)
        finally:
            os.close(reader)
        assert stat.S_IMODE(pipe.stat().st_mode) == 0o644


def test_a_wanted_text_is_found_as_in_searches() -> None:
    lines = ["  Login: ", "kernel panic"]
    assert Wanted("login:").found_in(lines) == "Login:"
    assert Wanted("Panic").found_in(lines) is None
    assert Wanted("panic").found_in(iter(lines)) == "kernel panic"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sd?*mounted", "sda1 was MOUNTED"),
        ("Sd?*mounted", None),
        ("was M*", "sda1 was MOUNTED"),
        ("go on [y/N]?", "go on [y/N]?"),
        ('"go on*?"', None),
        ('"[Y/n]?"', None),
        ('"[y/N]?"', "go on [y/N]?"),
        ('"', 'a " here'),
        ("5.*", "5.10"),
    ],
)
def test_a_wanted_text_may_say_what_it_is_like(text: str, found: str | None) -> None:
    assert Wanted(text).found_in(["sda1 was MOUNTED", "go on [y/N]? ", 'a " here', "5.10"]) == found
