#!/usr/bin/env python3
"""Writes tests/data/screens/*.png with the text of each as *.txt: what guests show, and what is to be read.

The text comes from the guests themselves: Linux tells what is on its screen, the others were told what to
print. See glyphs.py, which needs the same.

    tools/guest_screens.py [NAME]...   writes all, or these
"""

import gzip
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from glyph_machine import Machine
from glyphs import CONSOLE, CP437, GRAPHICAL, LOW, Workshop
from PIL import Image

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "data" / "screens"

Show = Callable[[Workshop, Path], str | None]
"""Draws a screen into a file; returns its text, or None where somebody has to look."""

PRINTED = (
    r"\033[2J\033[H\033[1;33;44m bright yellow on blue \033[0m \033[7m reversed \033[0m\r\n"
    r"\033[31mred\033[32m green\033[0m ┌──────┐ ╔══════╗ ░▒▓█ äöüß éèê ñ ½ ¼\r\n"
    r"          └──────┘ ╚══════╝\r\n# ls -l /dev/tty1"
)
"""For printf, with a cursor on a blank at its end."""
FIXED = PRINTED.replace("╔══════╗ ░▒▓█", "Łódź Привет").replace("╚══════╝", "")
"""The same for a font that lacks some of it."""
PRINT = 'printf "$(cat /tmp/text)"'
STILL = 1.0
"""Seconds after which nothing moves any more."""
LOOKS = 8
"""A cursor may blink: of so many pictures the one with it is taken."""


def settle(machine: Machine, path: Path) -> None:
    """A picture of what the screen shows in the end, with the cursor."""
    time.sleep(STILL)
    most = -1
    best = b""
    for _ in range(LOOKS):
        machine.ask("screendump", filename=str(path), format="png")
        with Image.open(path) as picture:
            lit = sum(picture.convert("L").histogram()[1:])
        if lit > most:
            most, best = lit, path.read_bytes()
        time.sleep(0.15)
    path.write_bytes(best)


def lines_of(text: str, columns: int) -> str:
    return "\n".join(text[at : at + columns].rstrip() for at in range(0, len(text), columns))


def linux(option: str = "", *, efi: bool = False, font: str = "", command: str = PRINT) -> Show:
    """Linux's console, after something was printed there."""

    def show(shop: Workshop, path: Path) -> str:
        with shop.linux(option, efi=efi) as machine:
            if font:
                packed = shop.packages / "usr/share/consolefonts" / font
                machine.put("/tmp/font", gzip.decompress(packed.read_bytes()))
                machine.shell("loadfont </tmp/font >/dev/tty1")
            machine.put("/tmp/text", (FIXED if font else PRINTED).encode())
            machine.shell(f"(printf '\\033%%G'; {command}) >/dev/tty1")
            settle(machine, path)
            columns = int(machine.shell("stty size </dev/tty1").split()[1])
            codes = bytes.fromhex(machine.shell(r"od -An -v -tx1 /dev/vcsu1 | tr -d ' \n'"))
        return lines_of(codes.decode("utf-32-le"), columns)

    return show


def log(option: str = "", *, efi: bool = False) -> Show:
    """The log of a boot."""
    return linux(option, efi=efi, command="dmesg | tail -n 70")


def boot_sector(code: bytes, text: Callable[[], str]) -> Show:
    """A program of 510 bytes, which the BIOS starts."""

    def show(shop: Workshop, path: Path) -> str:
        disk = shop.scratch / "disk"
        disk.write_bytes((code.ljust(510, b"\0") + b"\x55\xaa").ljust(1 << 20, b"\0"))
        with Machine(shop.scratch, "-drive", f"file={disk},format=raw,if=ide") as machine:
            time.sleep(3)
            settle(machine, path)
        return text()

    return show


# mov ax,3; int 16; mov ax,0xb800; mov es,ax; xor di,di; mov ax,0x700
# next: stosw; inc al; jnz next
# end: hlt; jmp end
CHARACTERS = bytes.fromhex("b80300 cd10 b800b8 8ec0 31ff b80007 ab fec0 75fb f4 ebfd")


def all_characters() -> str:
    """What CHARACTERS prints: code page 437 as the PC shows it."""
    shown = " " + LOW[:-1] + bytes(range(0x20, 0x7F)).decode() + LOW[-1] + CP437 + " "
    return lines_of(shown.ljust(80 * 25), 80)


def firmware(shop: Workshop, path: Path) -> None:
    """What SeaBIOS says when there is nothing to boot."""
    with Machine(shop.scratch, "-boot", "menu=off") as machine:
        time.sleep(4)
        settle(machine, path)


MENU = ("Debian GNU/Linux", "Advanced options for Debian GNU/Linux", "Ünïcode: Ω Ж é ß")


def grub(begin: Sequence[str], *, efi: bool = False) -> Show:
    """A menu of GRUB."""

    def show(shop: Workshop, path: Path) -> None:
        script = [*begin, *(f"menuentry '{name}' {{ true }}" for name in MENU)]
        with shop.grub(script, efi=efi) as machine:
            time.sleep(6)
            settle(machine, path)

    return show


SCREENS: dict[str, Show] = {
    "seabios": firmware,
    "pc-characters": boot_sector(CHARACTERS, all_characters),
    "linux-vga": linux(),
    "linux-vga-log": log(),
    "linux-vga-50-lines": linux("vga=0xf01"),
    "linux-vga-28-lines": linux("vga=0xf03"),
    "linux-vga-fixed": linux(font="Uni2-Fixed16.psf.gz"),
    "linux-framebuffer": linux("fbcon=font:VGA8x16", efi=True),
    "linux-framebuffer-log": log("fbcon=font:VGA8x16", efi=True),
    "linux-framebuffer-8x8": linux("fbcon=font:VGA8x8", efi=True),
    "linux-framebuffer-16x32": linux("fbcon=font:TER16x32", efi=True),
    "linux-framebuffer-fixed": linux(efi=True, font="Uni2-Fixed16.psf.gz"),
    "grub-console": grub(("terminal_output console",)),
    "grub-graphical": grub(
        ("set menu_color_normal=cyan/blue", "set menu_color_highlight=white/blue", *GRAPHICAL)
    ),
    "grub-uefi": grub(CONSOLE, efi=True),
}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in sys.argv[1:] or SCREENS:
        with tempfile.TemporaryDirectory(prefix="tuivirt-screens-") as scratch:
            text = SCREENS[name](Workshop(Path(scratch)), FOLDER / f"{name}.png")
        if text is not None:
            (FOLDER / f"{name}.txt").write_text(text.rstrip("\n") + "\n")
        sys.stdout.write(f"{name}\n" if text is not None else f"{name}: look at it, and write its text\n")


if __name__ == "__main__":
    main()
