"""A text that changes with every key, laid out again only when its height differs."""

from textual.content import Content
from textual.widgets import Static


class Note(Static):
    """Plain text of several lines. A layout of the whole screen costs more than the key that caused it."""

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 (Textual's name)
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes, markup=False)
        self._shown = Content("")

    def show(self, content: Content) -> None:
        """Show other text."""
        before, self._shown = self._shown, content
        if not content.is_same(before):
            self.update(content, layout=self._height(content) != self._height(before))

    def _height(self, content: Content) -> int:
        width = self.content_size.width
        return content.get_height({}, width) if width else 0
