"""tuivirt itself in a terminal of its own, with private files."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support.emulator import Screen
from tests.support.environment import hermetic
from tests.support.terminal import Terminal
from tests.support.wait import PATIENCE


class App(Terminal):
    """``python -m tuivirt`` with these arguments; keeps every byte that it writes."""

    def __init__(
        self,
        home: Path,
        *arguments: str,
        columns: int = 120,
        rows: int = 40,
        settings: str = "",
        graphics: str = "",
        **environment: str,
    ) -> None:
        self.home = home
        env = hermetic(home) | environment
        config = Path(env["XDG_CONFIG_HOME"]) / "tuivirt"
        config.mkdir(parents=True, exist_ok=True)
        (config / "settings.toml").write_text(settings)
        self.written = b""
        program = [sys.executable, "-m", "tuivirt", *arguments]
        super().__init__(program, columns=columns, rows=rows, env=env, graphics=graphics)

    def _show(self, data: bytes) -> None:
        self.written += data
        super()._show(data)

    def until_row(self, name: str, *texts: str, timeout: float = PATIENCE) -> float:
        """Wait until a domain is in the list, and its line has these texts."""
        what = f"a line of {name} with {', '.join(texts)}"
        return self.until(
            lambda screen: all(text in row(screen, name) for text in texts or (name,)), timeout, what
        )

    def until_no_row(self, name: str, timeout: float = PATIENCE) -> float:
        return self.until(lambda screen: not row(screen, name), timeout, f"no line of {name}")


def row(screen: Screen, name: str) -> str:
    """The line of a domain in the list, from its name on; empty when there is none."""
    found = re.compile(rf"(?:^|▕)[ ✓]{{1,3}}({re.escape(name)}(?: .*)?)$")
    headings = [n for n, line in enumerate(screen.lines) if "NAME" in line and "STATE" in line]
    for line in screen.lines[headings[0] + 1 :] if headings else ():
        if (match := found.search(line)) is not None:
            return match[1]
    return ""


def uris(*hosts: str) -> Sequence[str]:
    """The arguments that open these."""
    return [part for host in hosts for part in ("-c", host)]
