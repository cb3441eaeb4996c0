"""The palette: everything there is to do, found by typing some of its name."""

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tuivirt.core.text import plain
from tuivirt.ui.matching import match


class Entry(NamedTuple):
    """One line of the palette."""

    title: str
    help: str
    """What it does, or why it does not apply now."""
    run: Callable[[], object]


class HasEntries(Protocol):
    """What the application must offer."""

    def palette_entries(self) -> Iterable[Entry]:
        """Commands, actions of the row, views, connections and themes, in the order to show them."""


class EntryProvider(Provider):
    """Feeds Textual's command palette with plain text.

    Its own matcher and help texts parse markup, and its matching takes exponential time on a title full of
    one letter, so neither touches what a host may have written.
    """

    async def startup(self) -> None:
        self._entries = tuple(cast("HasEntries", self.app).palette_entries())

    async def discover(self) -> Hits:
        for entry in self._entries:
            yield DiscoveryHit(_shown(entry, Content(plain(entry.title))), entry.run, text=plain(entry.title))

    async def search(self, query: str) -> Hits:
        for entry in self._entries:
            title = plain(entry.title)
            if (found := match(query, title)) is not None:
                content, score = Content(title), found.score
                for position in found.at:
                    content = content.stylize(self.match_style or "bold", position, position + 1)
            elif (found := match(query, plain(entry.help))) is not None:
                content, score = Content(title), found.score / 10
            else:
                continue
            yield Hit(score, _shown(entry, content), entry.run, text=title)


def _shown(entry: Entry, title: Content) -> Content:
    return title if not entry.help else Content.assemble(title, "\n", (plain(entry.help), "$text-muted"))
