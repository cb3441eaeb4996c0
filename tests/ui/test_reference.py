"""The tables of the manual say what the code says."""

import subprocess
import sys

from tests.support.cache import REPOSITORY


def test_the_tables_are_those_of_the_code() -> None:
    done = subprocess.run(
        [sys.executable, REPOSITORY / "tools" / "reference.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
