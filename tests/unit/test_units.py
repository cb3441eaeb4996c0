import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuivirt.core import units
from tuivirt.core.units import GIB, KIB, MIB

AMOUNTS = st.floats(0, 2.0**64) | st.integers(0, 2**64)


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (None, "–"),
        (0, "0 B"),
        (512, "512 B"),
        (999, "999 B"),
        (1000, "1.0 KiB"),
        (4 * GIB, "4.0 GiB"),
        (16 * GIB, "16 GiB"),
        (9.96 * GIB, "10 GiB"),
        (999.4 * MIB, "999 MiB"),
        (1023 * MIB, "1.0 GiB"),
        (1.5 * 1024**4, "1.5 TiB"),
    ],
)
def test_size(octets: float | None, text: str) -> None:
    assert units.size(octets) == text


@pytest.mark.parametrize(
    ("used", "total", "text"),
    [
        (2.1 * GIB, 4 * GIB, "2.1/4.0 GiB"),
        (7.7 * GIB, 16 * GIB, "7.7/16  GiB"),
        (12 * GIB, 16 * GIB, " 12/16  GiB"),
        (None, 4 * GIB, "    4.0 GiB"),
        (0, 512 * MIB, "  0/512 MiB"),
        (1100 * MIB, 990 * MIB, "1.1/1.0 GiB"),
        (88, 512, " 88/512   B"),
        (88 * KIB, None, "     88 KiB"),
        (None, None, "          –"),
    ],
)
def test_share(used: float | None, total: float | None, text: str) -> None:
    assert units.share(used, total) == text


@pytest.mark.parametrize(
    ("per_second", "text"),
    [
        (None, "–"),
        (0, "0"),
        (0.4, "0"),
        (512.0, "512"),
        (88 * KIB, "88K"),
        (1.2 * MIB, "1.2M"),
        (10e6, "9.5M"),
        (1023, "1.0K"),
    ],
)
def test_rate(per_second: float | None, text: str) -> None:
    assert units.rate(per_second) == text


def test_two_rates_keep_their_slash_in_place() -> None:
    assert units.rates(1.2 * MIB, 88 * KIB) == "1.2M/88K "
    assert units.rates(0, None) == "   0/–   "
    assert units.rates(None, None) == " " * 9


@pytest.mark.parametrize(
    ("number", "text"),
    [(None, "–"), (41, "41"), (999.4, "999"), (1200, "1.2k"), (12345, "12k"), (3e6, "3.0M")],
)
def test_count(number: float | None, text: str) -> None:
    assert units.count(number) == text


@pytest.mark.parametrize(
    ("fraction", "text"), [(None, "–"), (0, "0%"), (0.374, "37%"), (1, "100%"), (1.5, "150%"), (99, "999%")]
)
def test_percent(fraction: float | None, text: str) -> None:
    assert units.percent(fraction) == text


@pytest.mark.parametrize(
    ("seconds", "text", "short"),
    [
        (None, "–", "–"),
        (0, "0 s", "0s"),
        (-3, "0 s", "0s"),
        (0.012, "12 ms", "0s"),
        (0.9999, "1 s", "0s"),
        (45, "45 s", "45s"),
        (59.99, "59 s", "59s"),
        (300, "5 min", "5m"),
        (7500, "2 h 5 min", "2h"),
        (7200, "2 h", "2h"),
        (100_800, "1 d 4 h", "1d"),
        (86_400, "1 d", "1d"),
        (3 * 86_400 + 7200, "3 d", "3d"),
        (1000 * 86_400, "1000 d", "2y"),
    ],
)
def test_duration(seconds: float | None, text: str, short: str) -> None:
    assert units.duration(seconds) == text
    assert units.short_duration(seconds) == short


def test_an_age_is_in_whole_seconds() -> None:
    ages = [units.age(seconds) for seconds in (None, -0.5, 0.011, 0.9999, 1.5, 61)]
    assert ages == [units.UNKNOWN, "0 s", "0 s", "0 s", "1 s", "1 min"]


@given(AMOUNTS, AMOUNTS)
def test_no_result_is_wider_than_its_column(first: float, second: float) -> None:
    assert len(units.size(first)) <= 7
    assert len(units.share(first, second)) == 11
    assert len(units.share(None, second)) == 11
    assert len(units.rate(first)) <= 4
    assert len(units.rates(first, second)) == 9
    assert len(units.count(first)) <= 4
    assert len(units.percent(first)) <= 4
    assert len(units.short_duration(first)) <= 4


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("8G", 8 * GIB),
        ("8g", 8 * GIB),
        ("8GiB", 8 * GIB),
        ("8GB", 8 * 1000**3),
        ("512MiB", 512 * MIB),
        ("512 MiB", 512 * MIB),
        ("1.5T", 3 * 1024**4 // 2),
        (".5M", MIB // 2),
        ("8.", 8),
        ("0", 0),
        ("8 bytes", 8),
        ("8b", 8),
        ("9007199254740993", 9007199254740993),
    ],
)
def test_parse_size(text: str, octets: int) -> None:
    assert units.parse_size(text) == octets


@pytest.mark.parametrize(
    "text", ["", "G", "8X", "-1G", "1e3", "nan", "inf", "8GiBs", "8 G B", "1,5G", ".", "²G", "9" * 5000]
)
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a size"):
        units.parse_size(text)


@given(st.integers(0, 2**60))
def test_parse_undoes_size_within_its_rounding(octets: int) -> None:
    assert units.parse_size(units.size(octets)) == pytest.approx(octets, rel=0.051, abs=0.5)
