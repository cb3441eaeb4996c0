"""Inputs and the line list: what they hold, and what they show of it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.support.dialog_app import DialogApp, screen_text
from tests.support.domains import HOSTILE
from tests.support.pilot import pasted, typed, until
from tuivirt.ui.widgets.choices import Choice, Flag, PushButton
from tuivirt.ui.widgets.inputs import TextInput, Veil
from tuivirt.ui.widgets.line_list import LineList
from tuivirt.ui.widgets.lines_input import LinesInput
from tuivirt.ui.widgets.roles import styled

ANY = st.text(max_size=40)


@given(ANY, st.booleans())
def test_what_is_hidden_comes_back(text: str, lines: bool) -> None:
    veil = Veil()
    assert veil.reveal(veil.hide(text, lines=lines)) == text


@given(ANY)
def test_nothing_invisible_is_shown_and_every_stand_in_has_one_cell(text: str) -> None:
    veil = Veil()
    hidden = veil.hide(text)
    shown = veil.show(hidden)
    assert len(hidden) == len(text)
    assert cell_len(shown) == cell_len(hidden)
    assert all(char.isprintable() or unicodedata.category(char) in ("Mn", "Me") for char in shown)


async def test_a_name_with_invisible_characters_is_edited_without_losing_them() -> None:
    app = DialogApp()
    async with app.run_test(size=(80, 10)) as pilot:
        await app.mount(field := TextInput(HOSTILE))
        field.focus()
        await pilot.pause()
        shown = screen_text(app)
        assert "[red]x[/] [@click=app.quit]q[/]�31m�$(reboot)" in shown
        await pilot.press("end", "!")
        assert field.entered == HOSTILE + "!"
        await pilot.press("home", *["right"] * HOSTILE.index("\x9b"), "delete")
        assert field.entered == HOSTILE.replace("\x9b", "") + "!"
        field.select_all()
        await pilot.press("ctrl+x")
        assert app.copied == [HOSTILE.replace("\x9b", "") + "!"]
        await pilot.press("ctrl+v", "ctrl+v")
        assert field.entered == app.copied[0] * 2


async def test_lines_keep_what_they_do_not_show() -> None:
    text = "one\u202etwo\n\tthree\x9b[31m\n"
    field = LinesInput(text)
    app = DialogApp(field)
    async with app.run_test(size=(60, 12)) as pilot:
        field.focus()
        await pilot.pause()
        assert field.entered == text
        assert not set("\u202e\x9b") & set(screen_text(app))
        await typed(pilot, "名")
        await pasted(pilot, "a\r\nb\x07")
        await until(pilot, lambda: field.entered == "名a\nb\x07" + text)
        assert "\x07" not in screen_text(app)
        await pilot.press("ctrl+z")
        assert field.entered == "名" + text


async def test_tab_leaves_the_lines() -> None:
    app = DialogApp()
    async with app.run_test() as pilot:
        await app.mount(field := LinesInput("x"), after := TextInput("y"))
        field.focus()
        await pilot.press("tab")
        assert app.focused is after


async def test_a_field_is_as_wide_as_its_place_without_colours() -> None:
    field = TextInput("")
    app = DialogApp(field, theme="mono")
    async with app.run_test(size=(30, 5)) as pilot:
        field.focus()
        await pilot.pause()
        strip = field.render_line(0)
        assert strip.cell_length == 30
        assert all(segment.style is not None and segment.style.underline for segment in strip)
        assert [s.text for s in strip if s.style and s.style.reverse] == [" "]


async def test_flag() -> None:
    flag = Flag("Start [red]paused\x1b", on=False)
    app = DialogApp(flag)
    async with app.run_test(size=(40, 5)) as pilot:
        flag.focus()
        await pilot.press("space")
        assert "[x] Start [red]paused␛" in screen_text(app)
        await pilot.click(flag)
        assert "[ ] Start" in screen_text(app)


@pytest.mark.parametrize(("value", "chosen"), [("b", "b"), ("nothing", "a")])
async def test_choice(value: str, chosen: str) -> None:
    choice = Choice([(letter, f"letter {letter}") for letter in "abcdefghij"], value)
    app = DialogApp(choice)
    async with app.run_test(size=(40, 12)) as pilot:
        assert choice.value == chosen
        assert choice.size.height == 6
        choice.focus()
        await pilot.press("G")
        assert choice.value == "j"
        await until(pilot, lambda: "(•) letter j" in screen_text(app), "the last to be scrolled to")
        assert screen_text(app).count("(•)") == 1
        await pilot.press("home")
        await pilot.click(choice, offset=(5, 2))
        assert choice.value == "c"


async def test_button() -> None:
    pressed: list[str] = []

    class ButtonApp(DialogApp):
        def on_push_button_pressed(self, message: PushButton.Pressed) -> None:
            pressed.append(message.button.name or "")

    button, off = PushButton("Force [b]off", name="off", danger=True), PushButton("No", name="no")
    app = ButtonApp(button, off)
    async with app.run_test(size=(40, 5)) as pilot:
        off.disabled = True
        button.focus()
        await pilot.press("enter", "space")
        await pilot.click(button)
        await pilot.click(off)
        assert pressed == ["off"] * 3
        assert "[ Force [b]off ]" in screen_text(app)


async def test_list_moves_scrolls_and_is_clicked() -> None:
    chosen: list[int] = []

    class ListApp(DialogApp):
        def on_line_list_chosen(self, message: LineList.Chosen) -> None:
            chosen.append(message.index)

    lines: LineList[str] = LineList([f"line {n}" for n in range(100)], lambda item, _: styled(item))
    lines.styles.max_height = 10
    app = ListApp(lines)
    async with app.run_test(size=(40, 20)) as pilot:
        lines.focus()
        await pilot.press("j", "j", "k", "enter")
        assert chosen == [1]
        await pilot.press("G")
        await until(pilot, lambda: "line 99" in screen_text(app))
        await pilot.press("pageup")
        assert lines.cursor == 90
        await pilot.click(lines, offset=(2, 0))
        assert chosen[-1] == lines.cursor
        lines.show(["only"])
        await until(pilot, lambda: "only" in screen_text(app))
        assert lines.cursor == 0
        lines.show([])
        await pilot.press("enter", "j", "G")
        assert lines.item is None


async def test_lines_keep_their_width_whatever_is_in_them() -> None:
    lines: LineList[str] = LineList(
        [HOSTILE, "名" * 100, "x" * 4000, ""], lambda item, _: styled(item, "bad")
    )
    app = DialogApp()
    async with app.run_test(size=(33, 8)) as pilot:
        from tuivirt.ui.dialogs.base import Dialog

        class ListDialog(Dialog[None]):
            def main(self) -> LineList[str]:
                return lines

        app.ask(ListDialog(HOSTILE))
        await pilot.pause()
        assert {lines.render_line(y).cell_length for y in range(4)} == {lines.size.width}
        assert not set("\x9b\u202e") & set(screen_text(app))
