"""One look at a guest's screen."""

from typing import NamedTuple

from tuivirt.core.screen.picture import Kind, Picture
from tuivirt.core.screen.text import TextScreen


class Frame(NamedTuple):
    """What a screen shows. While that stays as it is, a look returns the same object again."""

    picture: Picture
    text: TextScreen | None
    """What can be read of it; None for a picture that is no text."""
    kind: Kind
    file: bytes
    """The picture as the host sent it."""
