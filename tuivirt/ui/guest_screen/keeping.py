"""What somebody keeps of a guest's screen: its text on the clipboard, its picture in a file, an eye on it."""

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tuivirt.core.screen.frame import Frame
from tuivirt.core.screen.picture import bare_png
from tuivirt.core.text import plain
from tuivirt.ui.guest_screen.screens import Screens
from tuivirt.ui.writing import may_write, target, words, write

if TYPE_CHECKING:
    from tuivirt.ui.guest_screen.pane import ScreenPane


class Keeping:
    """For the guest that a pane shows."""

    def __init__(self, pane: "ScreenPane", screens: Screens) -> None:
        self._pane = pane
        self._screens = screens

    def copy(self) -> None:
        """What is selected, or all text that is shown."""
        view = self._pane.view
        reading = view.text.reading
        if reading is not None:
            text = reading.text
            view.end_reading()
        elif view.shows_text and view.frame is not None and view.frame.text is not None:
            text = view.frame.text.text.strip("\n")
        else:
            self._screens.tell("A picture is shown, which has no text.", severity="warning")
            return
        if text:
            self._pane.app.copy_to_clipboard(text)
        self._screens.tell("copied" if text else "There is nothing to copy.")

    def save(self) -> None:
        frame = self._pane.view.frame
        if frame is None:
            self._pane.app.bell()
        else:
            self._pane.run_worker(self._save(frame), group="dialog")

    async def _save(self, frame: Frame) -> None:
        from tuivirt.ui.dialogs.line import LineDialog

        name = "".join(one if one.isalnum() or one in "-_." else "_" for one in plain(self._pane.domain_name))
        suggested = f"{name}-{time.strftime('%Y%m%d-%H%M%S')}.png"
        question = "To which file? A name that ends in .txt takes the text of the screen."
        typed = await self._pane.app.push_screen_wait(LineDialog("Write the screen", question, suggested))
        if not typed:
            return
        try:
            path = target(typed)
        except ValueError as error:
            self._screens.tell(str(error), title="Write the screen", severity="warning")
            return
        if path.suffix == ".txt" and frame.text is None:
            self._screens.tell("The screen shows a picture, which has no text.", severity="warning")
            return
        if not await may_write(self._pane.app, "Write the screen", path):
            return
        try:
            await asyncio.to_thread(lambda: write(path, _content(frame, path)))
        except OSError as error:
            self._screens.tell(f"{path}: {words(error)}", title="Write the screen", severity="error")
        else:
            self._screens.tell(f"written to {path}")

    def wait(self) -> None:
        """Tell when a text appears; when one is waited for already, wait no more."""
        key = self._pane.key
        if key is None:
            return
        if self._screens.waits.of(key) is not None:
            self._screens.waits.end(key)
            self._pane.tell()
        else:
            self._pane.run_worker(self._wait(), group="dialog")

    async def _wait(self) -> None:
        from tuivirt.ui.dialogs.line import LineDialog

        pane = self._pane
        key, name, head = pane.key, pane.domain_name, pane.head
        question = (
            f"You are told when {name} shows which text? * and ? stand for other characters, unless it is "
            "in double quotes. Capitals count where there are any."
        )
        text = await pane.app.push_screen_wait(LineDialog("Wait for a text", question))
        if text and key is not None:
            self._screens.waits.begin(key, name, head, text)
            pane.tell()


def _content(frame: Frame, path: Path) -> bytes:
    if path.suffix == ".txt" and frame.text is not None:
        return (frame.text.text.rstrip("\n") + "\n").encode()
    if frame.kind == "png":
        return bare_png(frame.file)
    from tuivirt.ui.guest_screen.scaling import whole_png

    return whole_png(frame.picture)
