"""The fonts that the text of a screen is read by: ours, and those of consoles that are installed here."""

import gzip
import logging
import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from tuivirt.core.screen.font import Font, FontError, parse

log = logging.getLogger(__name__)

OURS: Final = Path(__file__).resolve().parent.parent / "fonts"
ORDER: Final = (
    "vga-16",
    "linux-16",
    "fixed-16",
    "grub-16",
    "vga-8",
    "linux-8",
    "vga-14",
    "linux-32",
    "uefi-19",
)
"""The likeliest first: of two characters with one shape that of an earlier font is meant."""
INSTALLED: Final = tuple(
    Path("/usr") / place for place in ("share/consolefonts", "share/kbd/consolefonts", "lib/kbd/consolefonts")
)
SUFFIXES: Final = (".psf", ".psfu", ".psf.gz", ".psfu.gz")
LARGEST: Final = 1 << 20
"""Bytes of a font; what is larger is none."""


class FontShelf:
    """Implements ``core.screen.reader.Fonts``. Threads may share it; files are read when they are needed."""

    def __init__(self, installed: Sequence[Path] = INSTALLED) -> None:
        self._installed = installed
        self._lock = threading.Lock()
        self._tables: dict[tuple[int, int], dict[int, str]] = {}
        self._read_ours = self._read_installed = False

    def sizes(self) -> Sequence[tuple[int, int]]:
        with self._lock:
            self._have_ours()
            return list(self._tables)

    def glyphs(self, width: int, height: int) -> Mapping[int, str]:
        with self._lock:
            self._have_ours()
            return dict(self._tables[width, height])

    def look_further(self) -> bool:
        with self._lock:
            if self._read_installed:
                return False
            self._read_installed = True
            before = self._count()
            for path in _files(self._installed):
                self._add(path)
            log.info("%d glyphs from fonts that are installed", self._count() - before)
            return self._count() > before

    def _have_ours(self) -> None:
        if not self._read_ours:
            self._read_ours = True
            for name in ORDER:
                self._add(OURS / f"{name}.psf.gz")

    def _add(self, path: Path) -> None:
        try:
            font = _read(path)
        except (OSError, EOFError, zlib.error, FontError) as error:
            log.info("font %s: %s", path, error)
            return
        table = self._tables.setdefault((font.width, font.height), {})
        for bitmap, character in font.glyphs.items():
            table.setdefault(bitmap, character)

    def _count(self) -> int:
        return sum(map(len, self._tables.values()))


def _files(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        if folder.is_dir():
            yield from (path for path in sorted(folder.iterdir()) if path.name.endswith(SUFFIXES))


def _read(path: Path) -> Font:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        return parse(file.read(LARGEST))


@cache
def shelf() -> FontShelf:
    """The one that all connections share."""
    return FontShelf()
