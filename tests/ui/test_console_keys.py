"""Every key after the escape key of a console, and every key while one reads, does what its title says."""

from collections.abc import Awaitable, Callable

from tests.support.app import Running
from tests.ui.test_console import ESC, OTHER, SERIAL, app, backend_of, pane, sit, typed, write
from tuivirt.ui.commands import Place, commands_of
from tuivirt.ui.dialogs.consoles import ConsolesDialog
from tuivirt.ui.dialogs.help import HelpScreen
from tuivirt.ui.dialogs.line import LineDialog
from tuivirt.ui.screens.console import ConsoleScreen

Case = Callable[[Running], Awaitable[None]]
LINES = [f"line {number} of all" for number in range(100)]


def keys(place: Place) -> list[tuple[str, str]]:
    """The commands of a place, without it, and each of their keys."""
    return [(c.id.partition(".")[2], key) for c in commands_of(place) for key in c.keys.split(",")]


def label(run: Running) -> str:
    opened = pane(run).opened
    return opened.label if opened is not None else ""


async def left(run: Running) -> None:
    await run.until_main()
    assert SERIAL in run.main.consoles.opened
    await run.press("c")
    await run.until(lambda: isinstance(run.screen, ConsoleScreen), "the console again")


async def closed(run: Running) -> None:
    await run.until_main()
    assert SERIAL not in run.main.consoles.opened
    await sit(run)
    await write(run, "\r\n".join(LINES))


async def stepped(run: Running) -> None:
    await run.until(lambda: label(run) == "db01 serial0", "the other console")
    await run.press(ESC, "n")
    await run.until(lambda: label(run) == "web01 serial0", "the first console")


async def searching(run: Running) -> None:
    assert pane(run).find.display
    await run.press("escape")
    assert pane(run).view.reader is None


async def reading(run: Running) -> None:
    assert pane(run).view.reader is not None
    await run.press("escape")


async def copied(run: Running) -> None:
    assert "line 99 of all" in run.app.clipboard


async def size_typed(run: Running) -> None:
    assert typed(run) == b"stty rows 39 cols 120\r"


def dialog(kind: type) -> Case:
    async def opened(run: Running) -> None:
        await run.until(lambda: isinstance(run.dialog, kind), f"a {kind.__name__}")
        await run.until_dialog()
        await run.press("escape")
        await run.until(lambda: run.dialog is None, "it is closed")

    return opened


async def nothing_while_attached(run: Running) -> None:
    """Both were opened once, and the first once more after it was closed."""
    assert len(backend_of(run).taken) == 3


MENU: dict[str, Case] = {
    "leave": left,
    "detach": closed,
    "next": stepped,
    "previous": stepped,
    "others": dialog(ConsolesDialog),
    "search": searching,
    "read": reading,
    "size": size_typed,
    "help": dialog(HelpScreen),
    "copy": copied,
    "log": dialog(LineDialog),
    "wait": dialog(LineDialog),
    "zoom": left,
    "attach": nothing_while_attached,
    "take": nothing_while_attached,
}


async def test_keys_after_the_escape_key() -> None:
    assert {id_ for id_, _ in keys("console_menu")} == MENU.keys()
    async with app() as run:
        run.main.consoles.open(OTHER, "db01")
        await sit(run)
        await write(run, "\r\n".join(LINES))
        for id_, key in keys("console_menu"):
            await run.press(ESC, key)
            await MENU[id_](run)
        for key, take in (("r", "free"), ("t", "force")):
            backend_of(run).console(SERIAL, phase="lost")
            await run.until_text("attaches again")
            await run.press(ESC, key)
            assert backend_of(run).taken[-1] == (SERIAL, take)


def place(run: Running) -> tuple[int, int]:
    """The line and the cell where one reads."""
    reader = pane(run).view.reader
    assert reader is not None
    return reader.place


def stands_at(line: int, cell: int) -> Case:
    async def stands(run: Running) -> None:
        assert place(run) == (line, cell)

    return stands


async def over(run: Running) -> None:
    assert pane(run).view.reader is None


async def selecting(run: Running) -> None:
    reader = pane(run).view.reader
    assert reader is not None
    assert reader.anchor == (50, 5)


async def copied_and_over(run: Running) -> None:
    await over(run)
    assert "line 50 of all" in run.app.clipboard


PAGE = 39
READING: dict[str, Case] = {
    "end": over,
    "select": selecting,
    "copy": copied_and_over,
    "search": searching,
    "previous_match": stands_at(49, 8),
    "next_match": stands_at(51, 8),
    "up": stands_at(49, 5),
    "down": stands_at(51, 5),
    "left": stands_at(50, 4),
    "right": stands_at(50, 6),
    "page_up": stands_at(50 - PAGE // 2 * 2, 5),
    "page_down": stands_at(50 + PAGE // 2 * 2, 5),
    "half_up": stands_at(50 - PAGE // 2, 5),
    "half_down": stands_at(50 + PAGE // 2, 5),
    "first": stands_at(0, 5),
    "last": stands_at(99, 5),
    "line_begin": stands_at(50, 0),
    "line_end": stands_at(50, len(LINES[50]) - 1),
}


async def test_keys_while_one_reads() -> None:
    assert {id_ for id_, _ in keys("reading")} == READING.keys()
    async with app() as run:
        await sit(run)
        await write(run, "\r\n".join(LINES))
        view = pane(run).view
        for id_, key in keys("reading"):
            view.follow()
            reader = view.read()
            assert reader is not None
            reader.move_to(50, 5)
            if "match" in id_:
                reader.search("of all")
            view.moved()
            await run.press(key)
            await READING[id_](run)
            assert typed(run) == b"", key
