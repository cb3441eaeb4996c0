"""What a test does where something that it needs is not installed."""

import os
from typing import NoReturn

import pytest


def unavailable(reason: str) -> NoReturn:
    """Skip the test; where a missing package is a fault (in CI), fail."""
    if os.environ.get("TUIVIRT_REQUIRE_DAEMON", "0") not in {"", "0"}:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes others and checks passwords")
