"""Text cut and padded to an exact number of terminal cells."""

from functools import lru_cache

from rich.cells import cell_len, set_cell_size


@lru_cache(maxsize=8192)
def fit(text: str, width: int, *, right: bool = False) -> str:
    """``text`` in exactly ``width`` cells, cut with an ellipsis when it is longer. ``text`` is plain."""
    length = len(text) if text.isascii() else cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + "…" if width > 1 else "…"[:width]
    padding = " " * (width - length)
    return padding + text if right else text + padding


def wrap(text: str, width: int) -> list[str]:
    """``text`` in lines of at most ``width`` cells, broken between words where they are short enough."""
    if width <= 0 or (len(text) if text.isascii() else cell_len(text)) <= width:
        return [text]
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        while line and cell_len(line) + 1 + cell_len(word) > width:
            lines.append(line)
            line = ""
        line = f"{line} {word}" if line else word
        while cell_len(line) > width:
            head = _head(line, width)
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line] if line else lines


def _head(text: str, width: int) -> str:
    """As much of the beginning as fits, one character at least."""
    end = width
    while end > 1 and cell_len(text[:end]) > width:
        end -= 1
    return text[:end]
