"""The one kind of error that a host's refusal, silence or absence becomes."""

from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class HostError(Exception):
    """Why a host did not do what it was asked, with a way out where one is known."""

    message: str
    """libvirt's own words, or ours where libvirt said nothing. Text from outside: show it as plain text."""
    code: int | None = None
    """``virErrorNumber``; None when the error is not libvirt's."""
    domain: int | None = None
    """``virErrorDomain``: the part of libvirt that reported it."""
    hint: str = ""
    """What to do about it; empty when nothing is known."""

    def __post_init__(self) -> None:
        Exception.__init__(self, self.message, self.code, self.domain, self.hint)

    def __str__(self) -> str:
        return self.message
