"""What is written to the terminal when a part of the screen has changed: that part and no more.

Textual renders every line of every widget for a partial update, and writes each changed line from the left
edge of its widget on. With the list on screen that is 2 ms and 180 bytes for each changed cell, against
1 ms and 60 bytes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip

Span: TypeAlias = tuple[int, int, int]
"""A line, its first changed cell and the one behind the last."""


class SpansUpdate(ChopsUpdate):
    """Writes the changed spans of lines."""

    def render_segments(self, console: Console) -> str:
        written: list[str] = []
        for y, start, end in self.spans:
            for right, (left, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=True):
                if strip is not None and left < end and right > start:
                    first = max(left, start)
                    part = strip.crop(first - left, min(right, end) - left)
                    written += Control.move_to(first, y).segment.text, part.render(console)
        return "".join(written)


class SpansCompositor(Compositor):
    """Renders of each widget only the lines that a partial update shows."""

    def render_partial_update(self) -> ChopsUpdate | None:
        spans = list(self._regions_to_spans(self._dirty_regions))
        self._dirty_regions.clear()
        if not spans:
            return None
        chops: list[Mapping[int, Strip | None]] = [{}] * self.size.height
        for top, bottom in _bands(spans):
            band = Region(0, top, self.size.width, bottom - top)
            chops[top:bottom] = self._render_chops(band, lambda _: True)[top:bottom]
        return SpansUpdate(chops, spans, [cuts[1:] for cuts in self.cuts])

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        band = crop or self.size.region
        for widget, (region, clip) in self.visible_widgets.items():
            within = clip.intersection(band)
            if shown := region.intersection(within):
                yield region, within, widget.render_lines(shown.translate(-region.offset))


def _bands(spans: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Runs of neighbouring lines, each from its first to the one behind its last."""
    lines = sorted({y for y, _, _ in spans})
    top = previous = lines[0]
    for y in lines[1:]:
        if y > previous + 1:
            yield top, previous + 1
            top = y
        previous = y
    yield top, previous + 1
