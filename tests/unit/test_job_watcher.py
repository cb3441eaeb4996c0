"""The progress of a job, from what libvirt tells of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuivirt.backend.job_watcher import fraction


@pytest.mark.parametrize(
    ("job", "done"),
    [
        ({}, None),
        ({"type": 0}, None),
        ({"data_total": 0, "memory_total": 0, "data_remaining": 0}, None),
        # A save: pages of zeros are left out of what was processed.
        ({"data_total": 1000, "data_processed": 3, "data_remaining": 250, "memory_total": 1000}, 0.75),
        # A memory-only dump knows of no other data.
        ({"memory_total": 200, "memory_processed": 50, "memory_remaining": 150}, 0.25),
        ({"data_total": 100, "data_remaining": 0}, 1.0),
        # Memory that the guest writes to again grows what remains beyond the first estimate.
        ({"data_total": 100, "data_remaining": 180}, 0.0),
        ({"data_total": 100}, 0.0),
    ],
)
def test_fraction(job: dict[str, int], done: float | None) -> None:
    assert fraction(job) == done


numbers = st.integers(-(2**63), 2**64)
names = st.sampled_from(
    [f"{kind}_{what}" for kind in ("data", "memory", "disk") for what in ("total", "remaining")]
)


@given(st.dictionaries(names, numbers))
def test_never_outside_of_nothing_and_all(job: dict[str, int]) -> None:
    found = fraction(job)
    assert found is None or 0 <= found <= 1
