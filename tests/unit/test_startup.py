"""What is loaded for a start, and what is not."""

import subprocess
import sys

ASYNCIO = """
import sys
from tuivirt import startup

startup.import_asyncio()
import asyncio

assert "_ssl" not in sys.modules
assert sys.modules["asyncio.sslproto"].ssl is None
import ssl

assert ssl.SSLContext
asyncio.run(asyncio.sleep(0))
"""


def test_asyncio_comes_without_openssl_which_can_be_imported_later() -> None:
    # In a process of its own: this one has imported everything.
    subprocess.run([sys.executable, "-c", ASYNCIO], check=True, timeout=60)
