"""Which part of a picture is shown, and how large."""

from typing import Final, NamedTuple

STEP: Final = 1.5
"""By which one key enlarges."""
LARGEST: Final = 8.0
"""Dots on the screen for one pixel of the picture, each way."""


class Box(NamedTuple):
    """A part of a picture, in its pixels, and where it is drawn, in dots of the view."""

    source: tuple[float, float, float, float]
    """Left, top, right, bottom."""
    left: int
    top: int
    width: int
    height: int


class Viewport:
    """Looks at a picture through a view of so many dots: a dot is the smallest thing that can be drawn."""

    def __init__(self) -> None:
        self._picture = (1, 1)
        self._view = (1, 1)
        self._scale: float | None = None
        """Dots per pixel; None as long as the whole picture is to be seen."""
        self._centre = (0.5, 0.5)
        """What is in the middle, as a share of the picture."""

    def resize(self, picture: tuple[int, int], view: tuple[int, int]) -> None:
        """Width and height of the picture in pixels, of the view in dots."""
        self._picture = picture
        self._view = (max(1, view[0]), max(1, view[1]))
        self._keep_inside()

    @property
    def fits(self) -> bool:
        """Whether all of the picture is shown, as large as that is possible."""
        return self._scale is None

    @property
    def scale(self) -> float:
        """Dots per pixel."""
        return self._fitting if self._scale is None else self._scale

    @property
    def _fitting(self) -> float:
        return min(self._view[0] / self._picture[0], self._view[1] / self._picture[1], LARGEST)

    def fit(self) -> None:
        """Show the whole picture."""
        self._scale = None
        self._centre = (0.5, 0.5)

    def one_to_one(self) -> None:
        """A dot for each pixel."""
        self._scale = 1.0
        self._keep_inside()

    def zoom(self, steps: int) -> None:
        """Larger, or smaller with a negative number; never smaller than the whole picture."""
        scale = min(self.scale * STEP**steps, LARGEST)
        if scale <= self._fitting:
            self.fit()
        else:
            self._scale = scale
            self._keep_inside()

    def pan(self, right: float, down: float) -> None:
        """Look further right and down, by shares of what is shown."""
        width, height = self._shown
        x, y = self._centre
        self._centre = (x + right * width, y + down * height)
        self._keep_inside()

    @property
    def _shown(self) -> tuple[float, float]:
        """Width and height of what is shown, as shares of the picture."""
        across, down = (self._view[i] / (self.scale * self._picture[i]) for i in (0, 1))
        return min(1.0, across), min(1.0, down)

    def _keep_inside(self) -> None:
        halves = [share / 2 for share in self._shown]
        x, y = (min(max(at, half), 1 - half) for at, half in zip(self._centre, halves, strict=True))
        self._centre = (x, y)

    def box(self) -> Box:
        """What is drawn, and where: in the middle when it does not fill the view."""
        (width, height), (x, y) = self._shown, self._centre
        across, down = self._picture
        source = (
            (x - width / 2) * across,
            (y - height / 2) * down,
            (x + width / 2) * across,
            (y + height / 2) * down,
        )
        drawn_width = max(1, min(self._view[0], round(width * across * self.scale)))
        drawn_height = max(1, min(self._view[1], round(height * down * self.scale)))
        left, top = (self._view[0] - drawn_width) // 2, (self._view[1] - drawn_height) // 2
        return Box(source, left, top, drawn_width, drawn_height)
