#!/usr/bin/env python3
"""Writes tuivirt/fonts/*.psf.gz, by which the text of a guest's screen is read.

No font is copied: guests are booted in QEMU, print every character there is in rows that are known, and the
glyphs are cut out of the pictures of their screens.

    tools/glyphs.py [NAME]...   writes all, or these

Needs QEMU, and apt-get for what the guests are made of. Takes two minutes.
"""

import gzip
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from glyph_machine import Machine, linux, uefi
from PIL import Image

from tests.support import linux_guest
from tests.support.cache import cached_directory
from tuivirt.core.screen.font import Font, build

FOLDER = Path(__file__).resolve().parent.parent / "tuivirt" / "fonts"
PACKAGES = ("ovmf", "grub-common", "grub-pc-bin", "grub-efi-amd64-bin", "console-setup-linux")

# Of characters that look the same the first is meant.
CP437 = bytes(range(0x80, 0xFF)).decode("cp437")
LIGHT = "─│┌┐└┘├┤┬┴┼"
LOW = "☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼⌂"
RANGES = (
    *(
        (0x21, 0x7E),
        (0xA1, 0x24F),
        (0x2C6, 0x2DD),
        (0x370, 0x3FF),
        (0x400, 0x52F),
        (0x5D0, 0x5EA),
        (0x1E00, 0x1EFF),
        (0x2010, 0x205E),
    ),
    *((0x2070, 0x209C), (0x20A0, 0x20BF), (0x2100, 0x214F), (0x2150, 0x23FF), (0x2500, 0x266F)),
    *((0x2713, 0x2718), (0xFB01, 0xFB02), (0xFFFD, 0xFFFD)),
)
LACKED = "\ue123"
"""A character that no font has."""

# GRUB's font has everything, but some of it is twice as wide. UEFI has little, and skips the rest.
ASCII = bytes(range(0x21, 0x7F)).decode()
GRUB = "".join(
    (
        *(
            ASCII,
            LIGHT,
            CP437,
            LOW,
            *map(chr, (*range(0xA1, 0xAD), *range(0xAE, 0x180), *range(0x384, 0x3CF))),
        ),
        *map(chr, (*range(0x400, 0x460), 0x490, 0x491, *range(0x2500, 0x25A0))),
        "‐‒–‘’‚“”„†‡•‹›€◆●◦",
    )
)
UEFI = ASCII + "─│┌┐└┘├┤┬┴┼═║╔╗╚╝╠╣╦╩╬█░▲►▼◄"


def characters() -> str:
    """All that are printed: each takes one cell and can be seen."""
    rest = "".join(chr(code) for first, last in RANGES for code in range(first, last + 1))
    return "".join(filter(takes_a_cell, dict.fromkeys(ASCII + LIGHT + CP437 + LOW + rest))) + LACKED


def takes_a_cell(character: str) -> bool:
    wide = unicodedata.east_asian_width(character) in {"W", "F"}
    return not wide and unicodedata.category(character)[0] not in "CZM"


def pages_of(text: str, columns: int, rows: int) -> list[list[str]]:
    """Characters as pages of lines."""
    lines = [text[at : at + columns] for at in range(0, len(text), columns)]
    return [lines[at : at + rows] for at in range(0, len(lines), rows)]


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the cells are in a picture, in pixels."""

    width: int
    height: int
    """Of a glyph."""
    pitch: int
    """From one cell to the next."""
    left: int = 0
    top: int = 0

    def glyph(self, picture: Image.Image, row: int, column: int) -> int:
        """The bitmap of a cell; its background is black."""
        x, y = self.left + column * self.pitch, self.top + row * self.height
        bitmap = 0
        for pixel in picture.crop((x, y, x + self.width, y + self.height)).tobytes():
            bitmap = bitmap << 1 | (pixel > 0)
        return bitmap

    def length(self, path: Path, row: int) -> int:
        """How many cells of a row, from its beginning, show something."""
        with Image.open(path) as opened:
            picture = opened.convert("L")
        columns = (picture.width - self.left) // self.pitch
        return next((column for column in range(columns) if not self.glyph(picture, row, column)), columns)


def cut(pages: Sequence[tuple[Path, Sequence[str]]], grid: Grid) -> Font:
    """The font of some pictures, each with the lines that were printed there."""
    found: dict[int, str] = {}
    for path, lines in pages:
        with Image.open(path) as opened:
            picture = opened.convert("L")
        for row, line in enumerate(lines):
            for column, character in enumerate(line):
                bitmap = grid.glyph(picture, row, column)
                if character != LACKED and bitmap:
                    found.setdefault(bitmap, character)
                elif character == LACKED and found.get(bitmap, "?") not in "?■\ufffd":
                    # What stands for all that a font lacks.
                    del found[bitmap]
    return Font(grid.width, grid.height, found)


class Workshop:
    """What the guests are made of, and a place for their pictures."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.packages = cached_directory("glyph-packages", fetch)
        self.firmware = self.packages / "usr/share/OVMF"

    @contextmanager
    def linux(self, option: str, *, efi: bool = False) -> Iterator[Machine]:
        """A booted Linux."""
        guest = linux_guest.build()
        firmware = self.firmware if efi else None
        with linux(self.scratch, guest.kernel, guest.initrd, option, firmware) as machine:
            machine.wait_for("ready:")
            yield machine

    def draw(self, machine: Machine, pages: Sequence[Sequence[str]], grid: Grid) -> Font:
        """Have Linux print the pages on its screen."""
        drawn = []
        for number, lines in enumerate(pages):
            text = "".join(f"\x1b[{row};1H{line}" for row, line in enumerate(lines, 1))
            machine.put("/tmp/page", f"\x1b%G\x1b[?25l\x1b[37;40m\x1b[2J{text}".encode())
            machine.shell("cat /tmp/page >/dev/tty1")
            drawn.append((machine.picture(self.scratch / f"{number}.png"), lines))
        return cut(drawn, grid)

    def grub(self, script: Sequence[str], *, efi: bool = False) -> Machine:
        """GRUB, which runs a script."""
        files, image = self.scratch / "files.tar", self.scratch / "grub"
        tree = self.scratch / "tree" / "grub"
        tree.mkdir(parents=True, exist_ok=True)
        (tree / "grub.cfg").write_text("\n".join(script))
        if not efi:
            (tree / "unicode.pf2").write_bytes((self.packages / "usr/share/grub/unicode.pf2").read_bytes())
        subprocess.run(["tar", "-C", tree.parent, "-b", "1", "-cf", files, "grub"], check=True)
        platform = "x86_64-efi" if efi else "i386-pc"
        modules = self.packages / "usr/lib/grub" / platform
        # With the BIOS the font is too large to go with it; with UEFI no disk is connected yet.
        words = ("-m", files, "-p", "(memdisk)/grub", "memdisk") if efi else ("-p", "(hd0)/grub", "biosdisk")
        more = () if efi else ("vbe",)
        subprocess.run(
            [
                *(self.packages / "usr/bin/grub-mkimage", "-d", modules, "-O", platform, "-o", image, *words),
                *("tar", "normal", "echo", "sleep", "font", "terminal", "gfxterm", *more),
            ],
            check=True,
        )
        if not efi:
            # With this in front, it is loaded as if it were a kernel.
            image.write_bytes((modules / "lnxboot.img").read_bytes() + image.read_bytes())
        drive = f"file={files},format=raw,if=ide"
        firmware = self.firmware if efi else None
        return Machine(self.scratch, "-kernel", image, "-drive", drive, *uefi(self.scratch, firmware))


def fetch(target: Path) -> None:
    """Unpack the packages into target."""
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["apt-get", "download", *PACKAGES], cwd=scratch, check=True, capture_output=True)
        for package in Path(scratch).glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, target], check=True)


def vga(mode: str, height: int, rows: int) -> Callable[[Workshop], Font]:
    """The font of the VGA BIOS, in one of the text modes that Linux can be started in."""

    def draw(shop: Workshop) -> Font:
        with shop.linux(f"vga={mode}") as machine:
            return shop.draw(machine, pages_of(characters(), 80, rows - 1), Grid(8, height, 9))

    return draw


def framebuffer(option: str, width: int, height: int, load: str = "") -> Callable[[Workshop], Font]:
    """A font of Linux itself, or one that it loads, on the framebuffer that UEFI leaves: 1280×800."""

    def draw(shop: Workshop) -> Font:
        with shop.linux(option, efi=True) as machine:
            if load:
                packed = shop.packages / "usr/share/consolefonts" / load
                machine.put("/tmp/font", gzip.decompress(packed.read_bytes()))
                machine.shell("loadfont </tmp/font >/dev/tty1")
            pages = pages_of(characters(), 1280 // width, 800 // height - 1)
            return shop.draw(machine, pages, Grid(width, height, width))

    return draw


def grub(
    begin: Sequence[str], grid: Grid, columns: int, rows: int, *, efi: bool = False
) -> Callable[[Workshop], Font]:
    """The font that GRUB prints with."""

    def draw(shop: Workshop) -> Font:
        pages = pages_of(UEFI if efi else "".join(filter(takes_a_cell, dict.fromkeys(GRUB))), columns, rows)
        script = list(begin)
        for number, lines in enumerate(pages, 1):
            # A page that is whole has its number under it.
            script += ["clear", *(f"echo {quoted(line)}" for line in [*lines, "#" * number])]
            script.append("sleep --interruptible 999")
        drawn = []
        with shop.grub(script, efi=efi) as machine:
            for number, lines in enumerate(pages, 1):
                path = shop.scratch / f"{number}.png"
                while grid.length(machine.picture(path), len(lines)) != number:
                    pass
                for row, line in enumerate(lines):
                    assert (seen := grid.length(path, row)) == len(line), (line, seen)
                drawn.append((path, lines))
                machine.press("esc")
        return cut(drawn, grid)

    return draw


def quoted(line: str) -> str:
    """A line as a word of GRUB's language."""
    return "'" + line.replace("'", "'\"'\"'") + "'"


GRAPHICAL = (
    *("loadfont (hd0)/grub/unicode.pf2", "set gfxmode=1024x768", "terminal_output gfxterm"),
    "set color_normal=white/black",
)
CONSOLE = ("terminal_output console", "set color_normal=white/black")

FONTS: dict[str, Callable[[Workshop], Font]] = {
    "vga-16": vga("0xf00", 16, 25),
    "vga-14": vga("0xf03", 14, 28),
    "vga-8": vga("0xf01", 8, 50),
    "linux-16": framebuffer("fbcon=font:VGA8x16", 8, 16),
    "linux-8": framebuffer("fbcon=font:VGA8x8", 8, 8),
    "linux-32": framebuffer("fbcon=font:TER16x32", 16, 32),
    "fixed-16": framebuffer("", 8, 16, "Uni2-Fixed16.psf.gz"),
    "grub-16": grub(GRAPHICAL, Grid(8, 16, 8, 10, 10), 120, 44, efi=False),
    "uefi-19": grub(CONSOLE, Grid(8, 19, 8, 240, 105), 96, 28, efi=True),
}


def main() -> None:
    for name in sys.argv[1:] or FONTS:
        with tempfile.TemporaryDirectory(prefix="tuivirt-glyphs-") as scratch:
            font = FONTS[name](Workshop(Path(scratch)))
        packed = gzip.compress(build(font), mtime=0)
        (FOLDER / f"{name}.psf.gz").write_bytes(packed)
        sys.stdout.write(f"{name}: {len(font.glyphs)} glyphs, {len(packed)} bytes\n")


if __name__ == "__main__":
    main()
