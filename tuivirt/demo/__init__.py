"""Demo hosts: definitions for the test driver that is built into libvirt.

The driver reads a file at open and holds the host in memory from then on: a connection has the state of the
file, changes stay within the connection, and nothing is ever written back.
"""

from pathlib import Path
from urllib.parse import quote

HOSTS = ("lab1", "lab2", "edge")


def demo_sources() -> list[tuple[str, str]]:
    """Name and URI (`test:///…/name.xml`) of each demo host, in the order in which the sidebar lists them.

    libvirt opens the files itself, so they are plain files beside this module, never members of an archive.
    """
    folder = Path(__file__).resolve().parent
    return [(name, f"test://{quote(str(folder / name))}.xml") for name in HOSTS]
