"""Files that are written on request: never over another without asking, and never half."""

import os
from pathlib import Path
from secrets import token_hex
from typing import Any

from textual.app import App


def target(text: str) -> Path:
    """The file to write for what was typed. Raises ValueError with words when it can be none."""
    try:
        typed = Path(text).expanduser()
    except RuntimeError:
        raise ValueError(f"nobody here has a home that is called {Path(text).parts[0]}") from None
    try:
        path = Path(os.path.realpath(typed))  # a link stays one: what it leads to is replaced
        if path.is_symlink():
            raise ValueError(f"{typed} is a link that leads nowhere")
        if path.is_dir():
            raise ValueError(f"{typed} is a directory: write the name of a file")
        if not path.parent.is_dir():
            raise ValueError(f"there is no directory {path.parent}")
        if path.exists() and not path.is_file():
            raise ValueError(f"{typed} is no ordinary file")
    except OSError as error:
        raise ValueError(f"{typed}: {words(error)}") from error
    return path


def write(path: Path, content: bytes) -> None:
    """Put the text there all at once, or leave everything as it was. Raises OSError."""
    beside = path.with_name(f".tuivirt-{token_hex(4)}")
    try:
        with beside.open("xb") as file:
            file.write(content)
        if path.exists():
            beside.chmod(path.stat().st_mode & 0o7777)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def words(error: OSError) -> str:
    """What went wrong, without the number."""
    text = error.strerror or str(error)
    return text[:1].lower() + text[1:]


def is_there(path: Path) -> bool:
    """Whether a file would be written over."""
    return path.exists()


async def may_write(app: App[Any], title: str, path: Path) -> bool:
    """Whether a file may be written: there is none, or the user wants it replaced."""
    if not is_there(path):
        return True
    from tuivirt.ui.dialogs.confirm import QuestionDialog

    question = QuestionDialog(title, f"{path} exists. Replace it?", yes="Replace", danger=True)
    sure = await app.push_screen_wait(question)
    return bool(sure)
