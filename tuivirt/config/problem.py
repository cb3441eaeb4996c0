"""A mistake in one of the user's files: said once, while the rest of the file is used."""

from typing import NamedTuple


class Problem(NamedTuple):
    """Where the mistake is and what was expected there."""

    file: str
    """Path of the file, or the name of an environment variable."""
    message: str
    line: int | None = None
    """Counted from 1; None when the mistake is of the whole file."""
    field: str = ""
    """Dotted name of the field, as it would be written in the file."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.field}: {self.message}" if self.field else f"{place}: {self.message}"
