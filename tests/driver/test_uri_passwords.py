"""Bookmarks with passwords in their URIs: the app shows, logs and writes down none of them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.tuivirt_terminal import App

URIS = {
    "broken": "qemu+ssh://joe:s3cr3t@lab:99999999/system",
    "spoilt": "qemu+ssh://joe:s3cr3t/x@lab/system",
    "refused": "qemu+tcp://joe:s3cr3t@127.0.0.1:1/system?password=s3cr3t",
}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    home = tmp_path / "home"
    (home / "config/tuivirt").mkdir(parents=True)
    (home / "config/tuivirt/bookmarks.toml").write_text(
        "".join(
            f'[[bookmark]]\nname = "{name}"\nuri = {json.dumps(uri)}\nautoconnect = true\n\n'
            for name, uri in URIS.items()
        )
    )
    with App(home, "--log-level", "DEBUG") as app:
        yield app


def test_passwords_stay_in_the_file(app: App) -> None:
    app.until_text("mistakes in your files")
    for name in URIS:
        app.send(f":{name}\r")
        app.until_text(f"Domains · {name}", "***")
        app.until(lambda screen: "opening" not in screen.text)
    app.press("q")
    assert app.wait() == 0
    assert b"s3cr3t" not in app.written
    written = [path for path in (app.home / "state").rglob("*") if path.is_file()]
    assert {"tuivirt.log", "journal.jsonl"} <= {path.name for path in written}
    for path in written:
        assert "s3cr3t" not in path.read_text()
