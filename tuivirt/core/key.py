"""The identity of an object: a connection, a kind and libvirt's own id, never a row or a name."""

from typing import NamedTuple


class Key(NamedTuple):
    """Where an object lives and which it is.

    A tuple because tens of thousands are hashed on every refresh, and a tuple hashes in C.
    """

    connection: str
    """Name of the connection in the sidebar: the same UUID may exist on two hosts."""
    kind: str
    """The kind of object: ``domain``, ``network``, ``pool`` …"""
    id: str
    """What libvirt calls the object: the UUID where there is one, else its name."""
