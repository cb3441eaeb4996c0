"""Numbers as people read them, in few and bounded cells, and sizes as people write them.

Every formatter names its widest result for a 64-bit counter, so that a column may reserve it and never jump.
Unknown (`None`) is shown as `UNKNOWN`.
"""

import re
from typing import Final

UNKNOWN: Final = "–"

KIB: Final = 1024
MIB: Final = 1024**2
GIB: Final = 1024**3

_BINARY: Final = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_SHORT: Final = ("", "K", "M", "G", "T", "P", "E")
_THOUSANDS: Final = ("", "k", "M", "G", "T", "P", "E")

_SIZE: Final = re.compile(
    r"([0-9]{1,19}(?:\.[0-9]{0,19})?|\.[0-9]{1,19})\s*(?:([kmgtpe])(b|ib)?|b|bytes?)?", re.IGNORECASE
)


def _three(value: float) -> str:
    """A number below 1000 in at most three cells: `0`, `0.1`, `9.9`, `10`, `999`."""
    if value == 0:
        return "0"
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"


def _scale(value: float, base: int) -> tuple[float, int]:
    """`value` below 999.5 after dividing `base` out so many times."""
    power = 0
    while value >= 999.5 and power < len(_BINARY) - 1:
        value /= base
        power += 1
    return value, power


def size(octets: float | None) -> str:
    """Bytes as `512 B`, `4.0 GiB`, `16 TiB`: at most 7 cells."""
    if octets is None:
        return UNKNOWN
    value, power = _scale(octets, 1024)
    return f"{value:.0f} B" if power == 0 else f"{_three(value)} {_BINARY[power]}"


def share(used: float | None, total: float | None) -> str:
    """Bytes used of a total, both in the unit of the total: `2.1/4.0 GiB`, `7.7/16  GiB`: always 11 cells.

    Without `used` the place before the total stays blank; without `total` it is `used` alone.
    """
    if total is None:
        return f"{size(used):>11}"
    power = _scale(max(total, used or 0), 1024)[1]
    value = total / 1024**power
    unit = f"{_BINARY[power]:>3}"
    whole = f"{_three(value):<3} {unit}" if power else f"{value:<3.0f} {unit}"
    if used is None:
        return f"    {whole}"
    part = used / 1024**power
    return f"{_three(part) if power else f'{part:.0f}':>3}/{whole}"


def rate(per_second: float | None) -> str:
    """Bytes per second as `0`, `88K`, `1.2M`: at most 4 cells, steps of 1024."""
    return UNKNOWN if per_second is None else _short(per_second, 1024, _SHORT)


def rates(first: float | None, second: float | None) -> str:
    """Rates about a slash that keeps its place, `1.2M/88K `: always 9 cells, blank if both are unknown."""
    return " " * 9 if first is None and second is None else f"{rate(first):>4}/{rate(second):<4}"


def count(number: float | None) -> str:
    """How many as `0`, `999`, `1.2k`, `12M`: at most 4 cells, steps of 1000."""
    return UNKNOWN if number is None else _short(number, 1000, _THOUSANDS)


def _short(number: float, base: int, suffixes: tuple[str, ...]) -> str:
    value, power = _scale(number, base)
    return f"{value:.0f}" if power == 0 else _three(value) + suffixes[power]


def percent(fraction: float | None) -> str:
    """A fraction as `0%`, `37%`, `100%`: at most 4 cells; overcommit may exceed 100 and stops at `999%`."""
    if fraction is None:
        return UNKNOWN
    return f"{min(fraction * 100, 999):.0f}%"


def duration(seconds: float | None) -> str:
    """Seconds for a sentence: `12 ms`, `45 s`, `5 min`, `2 h 5 min`, `1 d 4 h`, `3 d`."""
    if seconds is None:
        return UNKNOWN
    if 0.0005 <= seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    whole = max(int(seconds + 0.0005), 0)
    if whole < 60:
        return f"{whole} s"
    minutes = whole // 60
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    if hours < 24:
        return f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
    days = hours // 24
    return f"{days} d {hours % 24} h" if days < 2 and hours % 24 else f"{days} d"


def age(seconds: float | None) -> str:
    """Whole seconds for something that grows while it is looked at: `0 s`, then as `duration`."""
    return UNKNOWN if seconds is None else duration(max(int(seconds), 0))


def short_duration(seconds: float | None) -> str:
    """Seconds for a column: `45s`, `59m`, `23h`, `999d`, `3y`: at most 4 cells."""
    if seconds is None:
        return UNKNOWN
    whole = max(int(seconds), 0)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m"
    if whole < 86400:
        return f"{whole // 3600}h"
    days = whole // 86400
    return f"{days}d" if days < 1000 else f"{min(days // 365, 999)}y"


def parse_size(text: str) -> int:
    """A size as bytes, by libvirt's own suffixes (virScaleInteger), case ignored.

    `8G` and `8GiB` are 8 × 1024³, `8GB` is 8 × 1000³, `8` and `8 bytes` are 8; `1.5T` and `.5M` are fine.
    Raises `ValueError` for anything else.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not a size: {text} (write 512MiB, 8G or 1.5T)")
    number, letter, suffix = match[1], match[2], match[3]
    factor = 1
    if letter:
        base = 1000 if suffix and suffix.lower() == "b" else 1024
        factor = base ** ("kmgtpe".index(letter.lower()) + 1)
    return int(number) * factor if number.isdigit() else round(float(number) * factor)
