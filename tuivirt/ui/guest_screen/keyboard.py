"""What is typed at a guest's screen: by keys, from the menu, or a whole text."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tuivirt.core.errors import HostError
from tuivirt.core.key import Key
from tuivirt.core.keyboard.keyboard import ALONE, MODIFIERS, CannotTypeError, Keyboard
from tuivirt.core.keyboard.layouts import Chord
from tuivirt.core.text import plain
from tuivirt.ui.guest_screen.screens import Screens
from tuivirt.ui.guest_screen.typist import Typist
from tuivirt.ui.widgets.bars import Part, key_text

if TYPE_CHECKING:
    from tuivirt.ui.dialogs.keys import KeyChoice
    from tuivirt.ui.guest_screen.pane import ScreenPane

LONGEST: Final = 65_536
"""Characters of a text that is typed: at thirty a second that is more than half an hour."""
SHOWN: Final = 20
"""Characters that a refusal names."""
_NAMES: Final = {code: name for name, code in reversed(MODIFIERS.items())}


class GuestKeyboard:
    """The keyboard of the guest that a pane shows."""

    def __init__(self, pane: "ScreenPane", screens: Screens) -> None:
        self._pane = pane
        self._screens = screens
        self._typist: Typist | None = None
        self._keyboard = Keyboard(screens.options.screen_layout)
        self._held: tuple[int, ...] = ()
        """Modifiers for the next key."""

    def attach(self, key: Key) -> None:
        """Another guest: nothing that waits is typed there."""
        self.drop()
        self._held = ()
        self._keyboard = Keyboard(self._screens.layout(key))
        self._typist = Typist(
            self._screens.backend,
            key,
            start=lambda work: self._pane.run_worker(work, group="typing"),
            told=self._told,
            failed=self._failed,
        )

    def drop(self) -> None:
        """There is no guest to type to any more: what waits is not typed."""
        if self._typist is not None and (left := self._typist.cancel()):
            self._screens.tell(f"{left} keys were not typed.", severity="warning")

    def _told(self) -> None:
        self._pane.watching.hurry()
        self._pane.tell()

    def _failed(self, error: HostError, dropped: int) -> None:
        text = " ".join(filter(None, (error.message, error.hint)))
        also = f" {dropped} keys that waited are dropped." if dropped else ""
        self._screens.tell(f"{text}{also}", title=f"{self._pane.domain_name}: keys", severity="error")
        self._pane.tell()

    # Typing

    def begin(self) -> bool:
        """Have every key go to the guest; whether that can be. While its screen is still to come they go
        nowhere: none is a command of the app.
        """
        pane, view = self._pane, self._pane.view
        if self._typist is None or (not view.display and pane.why_not() is not None):
            pane.app.bell()
            return False
        pane.screen.set_focus(view if view.display else pane.notice)
        view.typing = True
        return True

    def typed(self, key: str, character: str | None) -> None:
        """A key while one types; the escape key ends that, and a paste."""
        if key == self._screens.options.console_escape:
            self.cancel_paste()
            self._pane.view.typing = False
            return
        if key in ALONE:
            return
        if not self._pane.view.display:
            self._pane.app.bell()
            return
        chords = self._keyboard.key(key, character, self._held)
        if not chords or self._typist is None:
            self._pane.app.bell()
            if character is not None and character.isprintable():
                lacking = f"The layout {self._keyboard.layout} cannot type {plain(character)}."
                self._screens.tell(lacking, severity="warning")
            return
        self._held = ()
        self._typist.type(chords)
        self._pane.watching.hurry()
        self._pane.tell()

    def ask_keys(self) -> None:
        """The menu of keys."""
        self._pane.run_worker(self._ask_keys(), group="dialog")

    async def _ask_keys(self) -> None:
        from tuivirt.ui.dialogs.keys import KeysDialog

        pane, typist = self._pane, self._typist
        choice = await pane.app.push_screen_wait(KeysDialog(pane.domain_name, self._keyboard.layout))
        if choice is None or typist is None or typist is not self._typist:
            return
        if choice.layout:
            self._keyboard = Keyboard(choice.layout)
            self._screens.choose_layout(typist.key, choice.layout)
            self._screens.tell(f"{pane.domain_name} is typed to by the layout {choice.layout}.")
        elif choice.hold:
            self._held = choice.hold
            self.begin()
            pane.tell()
        elif not choice.loss or await self._may_press(choice):
            await typist.press(choice.press)
            pane.watching.hurry()

    async def _may_press(self, choice: "KeyChoice") -> bool:
        """Whether keys shall be pressed that can destroy something."""
        from tuivirt.ui.dialogs.confirm import QuestionDialog

        pane = self._pane
        host = pane.key.connection if pane.key is not None else ""
        says = choice.loss.format(name=pane.domain_name, host=host)
        sure = await pane.app.push_screen_wait(
            QuestionDialog(choice.title, says, yes="Press them", danger=True)
        )
        return bool(sure)

    # Texts

    def ask_text(self) -> None:
        """A text that is not shown, or a file."""
        self._pane.run_worker(self._ask_text(), group="dialog")

    async def _ask_text(self) -> None:
        from tuivirt.ui.dialogs.type_text import TypeTextDialog

        typist = self._typist
        to_type = await self._pane.app.push_screen_wait(
            TypeTextDialog(self._pane.domain_name, self._keyboard.layout)
        )
        if to_type is None or typist is None or typist is not self._typist:
            return
        text = to_type.text
        if to_type.file:
            try:
                text = await asyncio.to_thread(_read, to_type.file)
            except (OSError, UnicodeDecodeError, ValueError, RuntimeError) as error:
                self._screens.tell(str(error), title="Type a file", severity="error")
                return
        if typist is self._typist:
            self._paste(text, hidden=not to_type.file)

    def pasted(self, text: str) -> None:
        """A paste of the terminal: typed at once by who types already, else after a question."""
        if self._pane.view.typing:
            self._paste(text)
        elif self._typist is not None and self._pane.view.display:
            self._pane.run_worker(self._ask_paste(text), group="dialog")

    async def _ask_paste(self, text: str) -> None:
        from tuivirt.ui.dialogs.confirm import QuestionDialog

        typist = self._typist
        if self._chords(text) is None:
            return
        question = f"Type the {len(text)} characters that were pasted to {self._pane.domain_name}?"
        sure = await self._pane.app.push_screen_wait(QuestionDialog("Paste", question, yes="Type them"))
        if sure and typist is self._typist:
            self._paste(text)

    def _paste(self, text: str, *, hidden: bool = False) -> None:
        """Type all of a text, or nothing of it; of a ``hidden`` one no character is told."""
        chords = self._chords(text, hidden=hidden)
        if chords is None or self._typist is None:
            return
        self._typist.paste(chords)
        self._pane.tell()

    def _chords(self, text: str, *, hidden: bool = False) -> list[Chord] | None:
        """The keys of a text; None, which is told, when it cannot be typed."""
        if not text:
            return None
        if len(text) > LONGEST:
            self._screens.tell(
                f"{len(text)} characters are too many to be typed; {LONGEST} are the most.",
                severity="warning",
            )
            return None
        try:
            return self._keyboard.text(text)
        except CannotTypeError as error:
            some = " ".join(plain(character) for character in error.characters[:SHOWN])
            more = " …" if len(error.characters) > SHOWN else ""
            lacking = "some of its characters" if hidden else f"{some}{more}"
            self._screens.tell(
                f"The layout {error.layout} cannot type {lacking}. Nothing was typed.",
                title=f"{self._pane.domain_name}: paste",
                severity="warning",
            )
            return None

    @property
    def pasting(self) -> bool:
        return self._typist is not None and self._typist.pasting > 0

    def cancel_paste(self) -> bool:
        """Type no more of a text; whether there was one."""
        if self._typist is None or not self.pasting:
            return False
        done = self._typist.pasting - self._typist.left
        left = self._typist.cancel()
        self._screens.tell(f"Stopped after {done} keys; {left} were not typed.", severity="warning")
        self._pane.tell()
        return True

    # What the line says

    def progress(self) -> list[Part]:
        """How far a paste is."""
        if self._typist is None or not self.pasting:
            return []
        total = self._typist.pasting
        way_out = self._screens.options.console_escape if self._pane.view.typing else "escape"
        done = total - self._typist.left
        return [(f" typing {done}/{total} ", "info"), (f"{key_text(way_out)} ", "key"), ("stops ", "dim")]

    def held_parts(self) -> list[Part]:
        """The modifiers that are held, and the layout."""
        parts: list[Part] = [(f" {self._keyboard.layout} ", "dim")]
        if self._held:
            names = "+".join(_NAMES[code].capitalize() for code in self._held)
            parts.append((f" {names}+… ", "warn"))
        return parts


def _read(typed: str) -> str:
    """A text file that is not too long. Raises OSError, UnicodeDecodeError, ValueError, RuntimeError."""
    path = Path(typed).expanduser()
    if path.exists() and not path.is_file():
        raise ValueError(f"{path} is no ordinary file")
    with path.open("rb") as file:
        content = file.read(LONGEST * 4 + 1)
    if len(content) > LONGEST * 4:
        raise ValueError(f"{path} is too long to be typed")
    return content.decode()
