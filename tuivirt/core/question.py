"""What a host, or the program that reaches it, asks of the user while a connection opens."""

from typing import Literal, NamedTuple

QuestionKind = Literal[
    "user", "password", "passphrase", "text", "secret", "realm", "external", "host key", "confirm"
]
"""``user`` to ``external`` are libvirt's credentials: ``VIR_CRED_AUTHNAME``; ``PASSPHRASE`` for a password or
a key's passphrase; ``ECHOPROMPT``, ``NOECHOPROMPT``, ``REALM``, ``EXTERNAL``. ``host key`` and ``confirm``
are answered with *yes*; ``external`` with the empty text once the user has done what it says.
"""


class Answer(NamedTuple):
    """What the user said to a question. It passes through, and is not kept unless the user wants that."""

    text: str
    keep: bool = False
    """In the system's keyring, once it has proved right."""


class Question(NamedTuple):
    """One question, from the moment it is asked until it is answered or withdrawn. Never holds an answer."""

    id: int
    """Unique in the process."""
    connection: str
    place: str
    """Whom the connection is to, as its URI says: ``root@host:2222``, or a socket."""
    asker: str
    """Which program asks: ``ssh``, ``libssh``, ``libvirt (SASL)`` …"""
    kind: QuestionKind
    prompt: str
    """The asker's own words, of several lines at times. Text from outside: show it as plain text."""
    default: str = ""
    """What the asker proposes."""
    reason: str = ""
    """Why it is asked again; empty the first time."""
    key_type: str = ""
    """Of an unknown host key: ``ED25519``; empty where the asker does not tell."""
    fingerprint: str = ""
    may_keep: bool = False
    """The answer can be kept in the system's keyring, if the user wants that."""
    was_kept: bool = False
    """The keyring had an answer, which was refused: this one may replace it."""

    @property
    def echo(self) -> bool:
        """Whether what is typed may be seen."""
        return self.kind in {"user", "text", "realm", "host key", "confirm"}
