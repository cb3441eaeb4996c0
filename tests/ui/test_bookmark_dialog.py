"""The dialog for a bookmark: URI and parts follow each other, tests show their steps, mistakes are told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Static
from textual.widgets._select import SelectOverlay

from tests.support.pilot import pasted, resized, type_ahead, until
from tuivirt.core.question import Answer, Question
from tuivirt.core.source import Source
from tuivirt.core.steps import Step
from tuivirt.ui.dialogs.bookmark import BookmarkDialog, BookmarkEdit
from tuivirt.ui.dialogs.credential import CredentialDialog
from tuivirt.ui.options import Ask, Trial
from tuivirt.ui.theme import load_themes
from tuivirt.ui.typeahead import TypeAhead
from tuivirt.ui.widgets.choices import Flag, PushButton
from tuivirt.ui.widgets.drop_down import DropDown
from tuivirt.ui.widgets.inputs import TextInput

STYLES = Path(__file__).parents[2] / "tuivirt/ui/styles"
THEME = load_themes(None)[0]["dark"]
LAB1 = Source(
    "lab1", "qemu+ssh://root@lab1.example.org:2222/system?keyfile=/k", "bookmark", "", "lab", autoconnect=True
)
HOSTILE = "[red]x[/] [@click=app.quit]y[/]\x9b31m\x1b[2J\u202e漢字😀"


async def no_steps(uri: str, _ask: Ask, *, read_only: bool) -> AsyncIterator[Step]:
    yield Step("nobody asked to test it", ok=False, detail=uri)


class Form(TypeAhead):
    CSS_PATH: ClassVar = [STYLES / "dialogs.tcss", STYLES / "bookmark.tcss"]

    dialog: BookmarkDialog

    def __init__(self, source: Source | None = None, *, test: Trial = no_steps) -> None:
        super().__init__(ansi_color=False)
        self.source = source
        self.test = test
        self.results: list[BookmarkEdit | None] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return THEME.role_variables()

    def on_mount(self) -> None:
        self.register_theme(THEME.textual())
        self.theme = THEME.name
        self.dialog = BookmarkDialog(
            self.source, taken=["old", "lab2"], test=self.test, groups=["lab", "edge"], privileged=False
        )
        self.push_screen(self.dialog, self.results.append)

    def text(self, id_: str) -> str:
        return self.dialog.query_one(f"#{id_}", TextInput).entered

    def chosen(self, id_: str) -> str:
        return str(self.dialog.query_one(f"#{id_}", DropDown).value)

    @property
    def parts(self) -> tuple[str, ...]:
        return (
            self.chosen("driver"),
            self.chosen("transport"),
            *map(self.text, ("user", "host", "port", "path")),
        )

    @property
    def shown(self) -> str:
        """All text of the dialog's own texts, in their order."""
        return "\n".join(str(static.render()) for static in self.dialog.query(Static) if static.display)

    def focus(self, id_: str) -> None:
        self.dialog.query_one(f"#{id_}", Widget).focus()


async def run(
    check: Callable[[Form, Pilot[None]], Any], form: Form | None = None, size: tuple[int, int] = (80, 24)
) -> None:
    form = form or Form()
    async with form.run_test(size=size) as pilot:
        await until(
            pilot, lambda: form.focused is not None and form.focused.id == "uri", "the URI has the focus"
        )
        await check(form, pilot)
        await pilot.pause()


def lines(app: Form) -> list[str]:
    """The lines of the screen; each has exactly its width."""
    strips = app.screen._compositor.render_strips()
    assert all(strip.cell_length == app.size.width for strip in strips)
    return [strip.text for strip in strips]


async def written(pilot: Pilot[Any], text: str) -> None:
    """Type as fast as a terminal can."""
    type_ahead(pilot, text)
    await pilot.pause()


async def shows_uri(pilot: Pilot[Any], form: Form, uri: str) -> None:
    await until(pilot, lambda: form.text("uri") == uri, f"the URI is {uri}")


async def result(pilot: Pilot[Any], form: Form) -> list[BookmarkEdit | None]:
    return await until(pilot, lambda: form.results, "the dialog is closed")


# The URI and its parts


async def test_pasting_a_uri_fills_the_parts_and_enter_saves() -> None:
    async def check(form: Form, pilot: Pilot[None]) -> None:
        await pasted(pilot, "  qemu+ssh://root@lab1.example.org:2222/session?keyfile=/k\n")
        await until(pilot, lambda: form.text("host"), "the parts are filled")
        assert form.parts == ("qemu", "ssh", "root", "lab1.example.org", "2222", "/session")
        assert "QEMU/KVM on lab1.example.org" in form.shown
        await pilot.press("enter")
        uri = "qemu+ssh://root@lab1.example.org:2222/session?keyfile=/k"
        assert await result(pilot, form) == [
            BookmarkEdit("lab1", uri, "", autoconnect=False, read_only=False)
        ]

    await run(check)


async def test_typing_a_uri_is_never_corrected_under_the_cursor() -> None:
    async def check(form: Form, pilot: Pilot[None]) -> None:
        text = "qemu+tls://[2001:db8::1]/system?pkipath=%2Fa&x"
        for end in (20, 40, len(text)):
            await written(pilot, text[len(form.text("uri")) : end])
            await shows_uri(pilot, form, text[:end])
        await shows_uri(pilot, form, text)
        assert form.parts == ("qemu", "tls", "", "2001:db8::1", "", "/system")
        assert "libvirt knows no parameter 'x'" in form.shown

    await run(check)


async def test_parts_build_the_uri_by_keyboard_alone() -> None:
    async def check(form: Form, pilot: Pilot[None]) -> None:
        await pilot.press("tab", "enter")
        assert isinstance(form.focused, SelectOverlay)
        await written(pilot, "xen")
        await pilot.press("enter", "tab", "space")
        await written(pilot, "ssh:")
        await pilot.press("enter", "tab")
        await written(pilot, "bücher")
        await pilot.press("tab", "tab")
        await written(pilot, "root")
        await shows_uri(pilot, form, "xen+ssh://root@b%C3%BCcher/system")
        await pilot.press("tab", "end", "backspace", "backspace", "backspace")
        await shows_uri(pilot, form, "xen+ssh://root@b%C3%BCcher/sys")
        await until(pilot, lambda: "refuses the path '/sys'" in form.shown, "the warning")
        await written(pilot, "tem")
        await pilot.press("tab", "tab")
        await written(pilot, "Bücher")
        await pilot.press("tab")
        await written(pilot, "ed")
        await pilot.press("right", "tab", "space", "tab", "space", "tab", "tab", "enter")
        uri = "xen+ssh://root@b%C3%BCcher/system"
        assert await result(pilot, form) == [
            BookmarkEdit("Bücher", uri, "edge", autoconnect=True, read_only=True)
        ]

    await run(check)


async def test_escape_closes_the_choices_first_and_then_the_dialog() -> None:
    async def check(form: Form, pilot: Pilot[None]) -> None:
        await pilot.press("tab", "enter", "escape")
        await until(pilot, lambda: isinstance(form.focused, DropDown), "the choices are closed")
        assert form.results == []
        await pilot.press("escape")
        assert await result(pilot, form) == [None]

    await run(check)


async def test_a_mistake_is_told_under_the_uri_and_keeps_the_parts() -> None:
    async def check(form: Form, pilot: Pilot[None]) -> None:
        await pasted(pilot, "qemu+ssh://h/system")
        await pilot.press("home", "delete", "delete")
        await until(pilot, lambda: "✗ 'mu' is no driver" in form.shown, "the mistake is told")
        assert form.parts[3] == "h"
        await pilot.press("end", "enter")
        assert form.results == []
        assert form.focused is form.dialog.query_one("#uri")
        form.focus("host")
        await pilot.press("end", "2")
        await shows_uri(pilot, form, "qemu+ssh://h2/system")
        await pilot.press("enter")
        assert (await result(pilot, form))[0] is not None

    await run(check)


async def test_a_port_that_is_none_is_told_and_mended() -> None:
    async def check(form: Form, pilot: Pilot[None]) -> None:
        await pasted(pilot, "qemu+ssh://h:22/system")
        form.focus("port")
        await pilot.press("end", "x")
        await until(pilot, lambda: "✗ '22x' is no port" in form.shown, "the mistake is told")
        await pilot.press("enter")
        assert form.results == []
        form.focus("port")
        await pilot.press("end", "backspace")
        await until(pilot, lambda: "is no port" not in form.shown, "the mistake is gone")
        await pilot.press("enter")
        assert (await result(pilot, form))[0] is not None

    await run(check)


async def test_nothing_is_saved_without_a_uri() -> None:
    async def check(form: Form, pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        assert "✗ there is no URI yet" in form.shown
        await pilot.press("ctrl+t")
        assert form.results == []

    await run(check)


# Names


async def test_a_name_that_is_taken_is_refused() -> None:
    async def check(form: Form, pilot: Pilot[None]) -> None:
        await pasted(pilot, "qemu+ssh://h/system")
        form.focus("name")
        await written(pilot, "lab2")
        await pilot.press("enter")
        assert "✗ there is a connection named lab2 already" in form.shown
        assert form.results == []
        await written(pilot, "b")
        await until(pilot, lambda: "already" not in form.shown, "the mistake is gone")
        await pilot.press("enter")
        (edit,) = await result(pilot, form)
        assert edit is not None
        assert edit.name == "lab2b"

    await run(check)


async def test_an_edit_starts_from_the_bookmark_and_may_keep_its_name() -> None:
    async def check(form: Form, pilot: Pilot[None]) -> None:
        assert form.parts == ("qemu", "ssh", "root", "lab1.example.org", "2222", "/system")
        await pilot.press("enter")
        assert await result(pilot, form) == [
            BookmarkEdit("lab1", LAB1.uri, "lab", autoconnect=True, read_only=False)
        ]

    await run(check, Form(LAB1))


async def test_hostile_text_is_plain_and_comes_back_as_it_was() -> None:
    source = Source(HOSTILE, f"qemu+ssh://{HOSTILE}/system", "bookmark", "", HOSTILE)

    async def step(uri: str, _ask: Ask, *, read_only: bool) -> AsyncIterator[Step]:
        yield Step(HOSTILE, ok=False, detail=HOSTILE, hint=HOSTILE)

    async def check(form: Form, pilot: Pilot[None]) -> None:
        assert form.text("name") == HOSTILE
        await shows_uri(pilot, form, source.uri)
        assert all(line.isprintable() for line in lines(form))
        await pilot.press("ctrl+a", "ctrl+k")
        await pasted(pilot, "test:///default")
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "does not work" in form.shown, "the test is over")
        for size in ((120, 40), (40, 12), (20, 5)):
            await resized(pilot, *size)
            assert all(line.isprintable() for line in lines(form))
        await pilot.press("enter")
        assert "not seen" in form.shown

    await run(check, Form(source, test=step))


# Parameters


async def test_parameters_fit_the_transport_and_follow_the_uri() -> None:
    async def check(form: Form, pilot: Pilot[None]) -> None:
        await pasted(pilot, "qemu+ssh://h/system?proxy=native")
        fold = next(button for button in form.dialog.query(PushButton) if button.name == "fold")
        assert "Parameters of ssh, 1 set" in fold.label
        fold.focus()
        await pilot.press("enter")
        await until(pilot, lambda: "virt-ssh-helper (native)" in form.shown, "the parameters are unfolded")
        await pilot.press("tab")
        await written(pilot, "/run/x")
        await shows_uri(pilot, form, "qemu+ssh://h/system?proxy=native&socket=/run/x")
        flag = next(flag for flag in form.dialog.query(Flag) if "no_tty" in str(flag.render()))
        flag.focus()
        await pilot.press("space")
        await shows_uri(pilot, form, "qemu+ssh://h/system?proxy=native&socket=/run/x&no_tty=1")
        await pilot.press("space")
        proxy = next(field for field in form.dialog.query(DropDown) if field.value == "native")
        proxy.focus()
        await pilot.press("enter", "home", "enter")
        await shows_uri(pilot, form, "qemu+ssh://h/system?socket=/run/x")
        form.focus("uri")
        await pilot.press("ctrl+a", "ctrl+k")
        await pasted(pilot, "qemu+tls://h/system?pkipath=/pki&strange=1")
        await until(
            pilot, lambda: "strange" in form.shown and "tls_priority" in form.shown, "other parameters"
        )
        assert "keyfile" not in form.shown
        assert "Parameters of tls, 2 set" in fold.label
        await shows_uri(pilot, form, "qemu+tls://h/system?pkipath=/pki&strange=1")

    await run(check, size=(120, 40))


@pytest.mark.parametrize(
    "uri",
    [
        "qemu+ssh://h/system?proxy=bogus&no_tty=maybe&netcat=&keyfile=/a&keyfile=/b",
        "esx://root@h/?transport=http&transport=https",
        "qemu+unix:///system?socket=/opt/x",
    ],
)
async def test_showing_parameters_changes_nothing(uri: str) -> None:
    async def check(form: Form, pilot: Pilot[None]) -> None:
        form.dialog.query_one("Parameters PushButton").focus()
        await pilot.press("enter")
        await until(pilot, lambda: form.dialog.query(".parameter"), "the parameters are unfolded")
        for _ in range(3):
            await pilot.pause()
        await shows_uri(pilot, form, uri)

    await run(check, Form(Source("x", uri, "bookmark", "")))


# Test


async def test_steps_are_shown_as_they_come() -> None:
    gate = asyncio.Event()

    async def steps(uri: str, _ask: Ask, *, read_only: bool) -> AsyncIterator[Step]:
        assert uri == "qemu+ssh://h/system"
        yield Step("name", ok=True, detail="h is 192.0.2.1")
        await gate.wait()
        yield Step("TCP", ok=False, detail="Connection refused", hint="Is sshd running there?")

    async def check(form: Form, pilot: Pilot[None]) -> None:
        await pasted(pilot, "qemu+ssh://h/system")
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "✓ name  h is 192.0.2.1\n◌ testing …" in form.shown, "the first step")
        gate.set()
        await until(pilot, lambda: "it does not work" in form.shown, "the last step")
        assert "✗ TCP   Connection refused\n  Is sshd running there?" in form.shown
        await until(pilot, lambda: any("Is sshd running" in line for line in lines(form)), "it is in sight")

    await run(check, Form(test=steps))


@pytest.mark.parametrize("ticked", [False, True])
async def test_a_test_opens_as_the_bookmark_would(ticked: bool) -> None:
    async def steps(_uri: str, _ask: Ask, *, read_only: bool) -> AsyncIterator[Step]:
        yield Step(f"read-only: {read_only}", ok=True)

    async def check(form: Form, pilot: Pilot[None]) -> None:
        await pilot.press("ctrl+t")
        await until(pilot, lambda: f"read-only: {ticked}" in form.shown, "the step")

    await run(check, Form(LAB1._replace(read_only=ticked), test=steps))


async def test_what_the_host_asks_is_asked_over_the_dialog() -> None:
    async def steps(_uri: str, ask: Ask, *, read_only: bool) -> AsyncIterator[Step]:
        answer = await ask(Question(1, "h", "root@h", "ssh", "password", "root@h's password: "))
        yield Step("SSH authentication", ok=answer == Answer("hunter2"))

    async def check(form: Form, pilot: Pilot[None]) -> None:
        for answer, verdict in (("hunter2", "it works"), (None, "it does not work")):
            form.focus("uri")
            await pilot.press("ctrl+a", "ctrl+k")
            await pasted(pilot, "qemu+ssh://root@h/system")
            await pilot.press("ctrl+t")
            await until(pilot, lambda: isinstance(form.screen, CredentialDialog) and form.focused)
            await pilot.press(*(answer or ()), "enter" if answer else "escape")
            await until(pilot, lambda verdict=verdict: verdict in form.shown, verdict)  # type: ignore[misc]
        assert "hunter2" not in form.shown

    await run(check, Form(test=steps))


@pytest.mark.parametrize("more", [True, False])
async def test_what_is_typed_for_the_login_never_ends_in_the_form(more: bool) -> None:
    answered = asyncio.Event()
    typed = asyncio.Event()
    answers: list[Answer | None] = []

    async def steps(_uri: str, ask: Ask, *, read_only: bool) -> AsyncIterator[Step]:
        answers.append(await ask(Question(1, "h", "h", "SASL", "user", "user name: ")))
        answered.set()
        await typed.wait()
        if more:
            answers.append(await ask(Question(2, "h", "h", "SASL", "password", "password: ")))
        yield Step("SASL", ok=True)

    async def check(form: Form, pilot: Pilot[None]) -> None:
        await pasted(pilot, "qemu+tcp://h/system")
        await pilot.press("ctrl+t")
        await until(pilot, lambda: isinstance(form.screen, CredentialDialog) and form.focused)
        type_ahead(pilot, [*"joe", "enter", *"secret", "enter"])
        await answered.wait()
        typed.set()
        await until(pilot, lambda: "it works" in form.shown, "the end of the test")
        assert [answer and answer.text for answer in answers] == (["joe", "secret"] if more else ["joe"])
        assert "secret" not in form.shown
        assert form.text("uri") == "qemu+tcp://h/system"

    await run(check, Form(test=steps))


async def test_another_uri_ends_the_test_of_the_last() -> None:
    ended: list[str] = []

    async def steps(uri: str, _ask: Ask, *, read_only: bool) -> AsyncIterator[Step]:
        try:
            yield Step(f"only {uri}", ok=True)
            await asyncio.Event().wait()
        finally:
            ended.append(uri)

    async def check(form: Form, pilot: Pilot[None]) -> None:
        await pasted(pilot, "qemu+ssh://h/system")
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "only qemu+ssh" in form.shown, "the first step")
        await pilot.press("x")
        await until(pilot, lambda: ended, "the test has ended")
        assert "only" not in form.shown
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "only" in form.shown, "the first step of the second test")
        await pilot.press("escape")
        await until(pilot, lambda: len(ended) == 2, "the second test has ended")
        assert await result(pilot, form) == [None]

    await run(check, Form(test=steps))


async def test_it_fits_eighty_columns_and_scrolls_below() -> None:
    async def check(form: Form, pilot: Pilot[None]) -> None:
        shown = "\n".join(lines(form))
        for word in ("URI", "Hypervisor", "Path", "Name", "read-only", "[ Save ]", "Esc cancel"):
            assert word in shown
        await resized(pilot, 60, 12)
        form.focus("group")
        await until(pilot, lambda: "Group" in "\n".join(lines(form)), "the field that has the focus")
        assert "[ Save ]" in "\n".join(lines(form))

    await run(check, Form(LAB1))
