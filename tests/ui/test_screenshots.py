"""The pictures of the README show the app as it is."""

import subprocess
import sys

from tests.support.cache import REPOSITORY


def test_the_pictures_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, REPOSITORY / "tools" / "screenshots.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_nothing_of_a_machine_is_in_them_and_nothing_is_fetched() -> None:
    pictures = list((REPOSITORY / "screenshots").glob("*.svg"))
    assert len(pictures) > 10
    for picture in pictures:
        text = picture.read_text(encoding="utf-8")
        assert not [
            word
            for word in (str(REPOSITORY), "site-packages", "tuivirt/demo", "url(", "href")
            if word in text
        ]
