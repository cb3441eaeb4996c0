import math
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuivirt.core.history import ASCII_BLOCKS, NOTHING, History, sparkline
from tuivirt.core.usage import DiskCounters, NetCounters, Rates, Sample, Usage, capacity_for, rates

SECOND = 1_000_000_000
MIB = 1024**2

BEFORE = Sample(
    at=100.0,
    vcpus=2,
    vcpus_max=4,
    memory_kib=4 * MIB,
    max_memory_kib=8 * MIB,
    cpu_ns=10 * SECOND,
    vcpu_ns=(4 * SECOND, 5 * SECOND),
    rss_kib=3 * MIB,
    disks=(DiskCounters("vda", 1000, 2000, 10, 20), DiskCounters("vdb", 0, 0, 0, 0)),
    nets=(NetCounters("vnet0", 500, 600),),
)
NOW = BEFORE._replace(
    at=102.0,
    cpu_ns=11 * SECOND,
    vcpu_ns=(4 * SECOND, 6 * SECOND),
    disks=(DiskCounters("vda", 3000, 2000, 14, 20), DiskCounters("vdb", 200, 0, 2, 0)),
    nets=(NetCounters("vnet0", 700, 1600),),
)


def test_rates_of_two_samples() -> None:
    assert rates(BEFORE, NOW) == Rates(
        cpu=0.25,
        vcpu=(0.0, 0.5),
        mem_used_kib=3 * MIB,
        mem_total_kib=4 * MIB,
        disk_read=1100.0,
        disk_write=0.0,
        disk_read_ops=3.0,
        disk_write_ops=0.0,
        net_rx=100.0,
        net_tx=500.0,
    )
    assert rates(BEFORE, NOW).iops == 3.0
    assert rates(BEFORE, NOW).mem == 0.75


def test_sums_over_devices() -> None:
    assert (NOW.disk_read, NOW.disk_write, NOW.disk_read_ops, NOW.disk_write_ops) == (3200, 2000, 16, 20)
    assert (NOW.net_rx, NOW.net_tx) == (700, 1600)
    assert Sample(at=0.0).disk_read is None
    assert Sample(at=0.0, disks=(DiskCounters("sda"),)).disk_write is None


NO_RATES = Rates(vcpu=(None, None), mem_used_kib=3 * MIB, mem_total_kib=4 * MIB)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (None, NOW),
        (NOW, NOW),
        (NOW, NOW._replace(at=NOW.at - 1)),
        (
            NOW,
            NOW._replace(at=NOW.at + 1, cpu_ns=5, disks=(DiskCounters("vda", 10**12, 10**12, 10**9, 10**9),)),
        ),
    ],
    ids=["first", "equal times", "time went back", "started anew"],
)
def test_no_rates(before: Sample | None, now: Sample) -> None:
    assert rates(before, now) == NO_RATES


def test_a_counter_that_went_back_has_no_rate() -> None:
    now = NOW._replace(disks=(DiskCounters("vda", 999, 3000, 10, 20), NOW.disks[1]))
    found = rates(BEFORE, now)
    assert found.disk_read is None
    assert found.disk_write == 500.0
    assert found.cpu == 0.25


def test_devices_that_come_and_go_make_no_spike() -> None:
    plugged = NOW._replace(nets=(*NOW.nets, NetCounters("vnet9", 10**15, 10**15)))
    assert rates(BEFORE, plugged).net_rx == 100.0
    unplugged = NOW._replace(disks=NOW.disks[1:])
    assert rates(BEFORE, unplugged).disk_read == 100.0
    other = NOW._replace(nets=(NetCounters("vnet1", 10**15, 0),))
    assert rates(BEFORE, other).net_rx is None


def test_vcpus_that_come_and_go() -> None:
    more = NOW._replace(vcpus=3, vcpu_ns=(*NOW.vcpu_ns, 7 * SECOND))
    assert rates(BEFORE, more).vcpu == (0.0, 0.5, None)
    assert rates(more, NOW._replace(at=104.0)).vcpu == (0.0, 0.0)


def test_processor_time_without_the_total() -> None:
    assert rates(BEFORE._replace(cpu_ns=None), NOW._replace(cpu_ns=None)).cpu == 0.25
    # Never one beside the other: a paused guest would be at 100 % of what its hypervisor has used so far.
    assert rates(BEFORE._replace(cpu_ns=None), NOW).cpu == 0.25
    assert rates(BEFORE._replace(cpu_ns=None), NOW._replace(vcpu_ns=())).cpu is None
    assert rates(BEFORE, NOW._replace(vcpus=None)).cpu == 0.25
    assert rates(BEFORE, NOW._replace(vcpus=None, vcpu_ns=())).cpu is None


def test_a_busy_hypervisor_counts_as_full() -> None:
    now = NOW._replace(cpu_ns=BEFORE.cpu_ns + 9 * SECOND if BEFORE.cpu_ns else None, vcpu_ns=(7 * SECOND, 0))
    assert rates(BEFORE, now).cpu == 1.0
    assert rates(BEFORE, now).vcpu == (1.0, None)


@pytest.mark.parametrize(
    ("sample", "used"),
    [
        (Sample(0.0, available_kib=1000, usable_kib=400, unused_kib=100, rss_kib=7), 600),
        (Sample(0.0, available_kib=1000, unused_kib=100, rss_kib=7), 900),
        (Sample(0.0, available_kib=1000, rss_kib=7), 7),
        (Sample(0.0, unused_kib=100), None),
        (Sample(0.0, available_kib=1000, usable_kib=1400), 0),
    ],
)
def test_memory_in_use(sample: Sample, used: int | None) -> None:
    assert sample.mem_used_kib == used
    assert rates(None, sample).mem_used_kib == used
    assert rates(None, sample).mem is None  # of an unknown total


def test_memory_as_a_fraction() -> None:
    assert Rates(mem_used_kib=5, mem_total_kib=4).mem == 1.0
    assert Rates(mem_used_kib=5, mem_total_kib=0).mem is None
    assert Sample(0.0, max_memory_kib=9).mem_total_kib == 9


COUNTER = st.none() | st.integers(0, 2**64)
DISKS = st.lists(
    st.builds(DiskCounters, st.sampled_from(["vda", "vdb"]), COUNTER, COUNTER, COUNTER, COUNTER),
    max_size=2,
    unique_by=lambda disk: disk.name,
).map(tuple)
NETS = st.lists(
    st.builds(NetCounters, st.sampled_from(["vnet0", "vnet1"]), COUNTER, COUNTER), max_size=2
).map(tuple)
SAMPLES = st.builds(
    Sample,
    at=st.floats(0, 1e7),
    vcpus=st.none() | st.integers(0, 4096),
    vcpus_max=st.none() | st.integers(0, 4096),
    memory_kib=COUNTER,
    max_memory_kib=COUNTER,
    cpu_ns=COUNTER,
    vcpu_ns=st.lists(st.integers(0, 2**64), max_size=3).map(tuple),
    rss_kib=COUNTER,
    unused_kib=COUNTER,
    available_kib=COUNTER,
    usable_kib=COUNTER,
    disks=DISKS,
    nets=NETS,
)


@given(SAMPLES, SAMPLES)
def test_rates_are_never_negative_and_shares_never_above_one(before: Sample, now: Sample) -> None:
    found = rates(before, now)
    assert len(found.vcpu) == len(now.vcpu_ns)
    for share in (found.cpu, found.mem, *found.vcpu):
        assert share is None or 0 <= share <= 1
    for rate in (
        found.disk_read,
        found.disk_write,
        found.iops,
        found.net_rx,
        found.net_tx,
        found.mem_used_kib,
    ):
        assert rate is None or rate >= 0


# History


def row(number: float) -> tuple[float, ...]:
    return tuple(number + series / 8 for series in range(6))


@given(st.integers(1, 12), st.lists(st.integers(0, 100), max_size=40), st.integers(1, 20), st.integers(0, 15))
def test_history_keeps_the_newest_rows(capacity: int, added: list[int], resized: int, more: int) -> None:
    history = History(capacity)
    for at, value in enumerate(added):
        history.append(at, row(value))
    kept = list(enumerate(added))[-capacity:]

    def check() -> None:
        window = history.window()
        assert list(window.at) == [at for at, _ in kept]
        assert list(window.cpu) == [value for _, value in kept]
        assert list(window.net_tx) == [value + 0.625 for _, value in kept]
        assert len(history) == len(kept)
        for count in (0, 1, 3, 100):
            assert (
                history.last("disk_read", count)
                == [value + 0.25 for _, value in kept][len(kept) - min(count, len(kept)) :]
            )

    check()
    history.capacity = resized
    kept = kept[-resized:]
    check()
    for at in range(len(added), len(added) + more):
        history.append(at, row(7))
        kept = [*kept, (at, 7)][-resized:]
        check()


def test_a_window_ends_at_the_newest_row() -> None:
    history = History(10)
    for at in (0.0, 1.0, 2.5, 4.0):
        history.append(at, row(at))
    assert list(history.window(1.5).at) == [2.5, 4.0]
    assert list(history.window(1.5).mem) == [2.625, 4.125]
    assert list(history.window(0).at) == [4.0]
    assert len(NOTHING.window(60).at) == 0


def test_times_stay_exact_after_months() -> None:
    history = History(2)
    history.append(20_000_000.123456, row(0))
    assert history.window().at[0] == 20_000_000.123456


def test_unknown_values_are_gaps() -> None:
    history = History(2)
    history.append(0, (None, 0.5, None, None, None, 1e300))
    window = history.window()
    assert math.isnan(window.cpu[0])
    assert window.net_tx[0] == math.inf


def test_usage_over_a_restart() -> None:
    usage = Usage()
    usage.feed(BEFORE)
    assert len(usage.history) == 0
    assert usage.feed(NOW).cpu == 0.25
    assert (usage.sample, usage.rates.cpu) == (NOW, 0.25)
    usage.reset()
    assert (usage.sample, usage.rates) == (None, Rates())
    usage.feed(BEFORE._replace(at=200.0))
    usage.feed(NOW._replace(at=202.0))
    first, gap, second = usage.history.window().cpu
    assert (first, second) == (0.25, 0.25)
    assert math.isnan(gap)


def test_samples_that_follow_closely_give_no_rate() -> None:
    """A step of the counter, 10 ms, between two samples 5 ms apart is no load."""
    usage = Usage()
    usage.feed(BEFORE)
    step = BEFORE._replace(at=100.005, cpu_ns=BEFORE.cpu_ns + SECOND // 100, memory_kib=2 * MIB)  # type: ignore[operator]
    assert usage.feed(step).cpu is None
    assert usage.rates.mem_total_kib == 2 * MIB, "sizes are no rates"
    assert (usage.sample, len(usage.history)) == (step, 0)
    # The first stays what the next is compared with.
    assert usage.feed(NOW) == rates(BEFORE, NOW)
    known = usage.rates
    soon = NOW._replace(at=NOW.at + 0.2, cpu_ns=NOW.cpu_ns + SECOND // 100)  # type: ignore[operator]
    assert usage.feed(soon) == known
    assert len(usage.history) == 1
    later = soon._replace(at=NOW.at + 1.0)
    assert usage.feed(later).cpu == pytest.approx(0.005)


def test_a_close_sample_that_tells_more_is_what_the_next_is_compared_with() -> None:
    usage = Usage()
    usage.feed(Sample(at=100.0, vcpus=2, memory_kib=MIB))
    assert usage.feed(BEFORE._replace(at=100.01)).cpu is None
    assert usage.feed(NOW._replace(at=102.01)).cpu == pytest.approx(0.25)


def test_a_close_sample_after_a_restart() -> None:
    usage = Usage()
    usage.feed(BEFORE)
    usage.feed(NOW)
    assert usage.feed(BEFORE._replace(at=102.1, cpu_ns=0)).cpu is None


def test_capacity_can_change_before_and_after_there_is_history() -> None:
    usage = Usage(capacity=5)
    usage.capacity = 2
    for tick in range(5):
        usage.feed(NOW._replace(at=float(tick)))
    assert len(usage.history) == 2
    usage.capacity = 1
    assert list(usage.history.window().at) == [4.0]
    assert usage.capacity == 1


def test_capacity_shrinks_with_the_number_of_domains() -> None:
    assert capacity_for(0) == capacity_for(1) == 1800
    assert 30 <= capacity_for(10_000) < capacity_for(1000) < 1800
    assert capacity_for(10**9) == 30
    assert capacity_for(5000) * History.BYTES * 5000 <= 16 * 1024**2


def test_one_sample_allocates_no_history() -> None:
    usages = [Usage() for _ in range(100)]
    tracemalloc.start()
    for usage in usages:
        usage.feed(BEFORE)
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used / len(usages) < 300  # the Rates alone


# Sparkline


def test_sparkline() -> None:
    assert sparkline([0, 0.5, 1], 3) == "▁▅█"
    assert sparkline([0, 0.5, 1], 5) == "  ▁▅█"
    assert sparkline([0, 0.5, 1], 2) == "▅█"
    assert sparkline([0.1, None, math.nan, 7, -1], 5) == "▂  █▁"
    assert sparkline([5, 10], 2, top=10) == "▅█"
    assert sparkline([5, 10], 2, top=0) == "▁▁"
    assert sparkline([], 3) == "   "
    assert sparkline([1], 0) == ""
    assert sparkline([0, 0.5, 1], 3, blocks=ASCII_BLOCKS) == "_=#"
    assert sparkline(range(8), 8, top=7) == "▁▂▃▄▅▆▇█"


@given(st.lists(st.none() | st.floats()), st.integers(0, 20), st.floats(0, 1e300))
def test_a_sparkline_is_as_wide_as_asked(values: list[float | None], width: int, top: float) -> None:
    assert len(sparkline(values, width, top)) == width
