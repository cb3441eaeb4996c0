"""Which screens a definition has, as libvirt counts them."""

from pathlib import Path

import pytest
from lxml.etree import XMLSyntaxError

from tests.support.corpus import domain_files
from tuivirt.resources.domain.screen import Head, heads
from tuivirt.ui.tabs.screen import head_titles


def definition(*videos: str) -> str:
    return f"<domain><devices>{''.join(f'<video>{video}</video>' for video in videos)}</devices></domain>"


@pytest.mark.parametrize(
    ("videos", "titles"),
    [
        ((), []),
        (("<model type='none'/>",), []),
        (("<model type='vga'/>",), ["vga"]),
        (("<model type='vga' heads='1'/><alias name='video0'/>",), ["vga video0"]),
        (
            ("<model type='qxl' heads='2'/>", "<model type='virtio'/><alias name='video1'/>"),
            ["qxl 1", "qxl 2", "virtio video1"],
        ),
        (("<model type='virtio' heads='0'/>",), ["virtio"]),
        (("<model type='virtio' heads='many'/>",), ["virtio"]),
        (("",), [""]),
    ],
)
def test_heads(videos: tuple[str, ...], titles: list[str]) -> None:
    assert heads(definition(*videos)) == tuple(Head(number, title) for number, title in enumerate(titles))


def test_a_definition_cannot_ask_for_any_number() -> None:
    assert len(heads(definition("<model type='qxl' heads='999999999'/>"))) == 16


@pytest.mark.parametrize("path", domain_files(), ids=lambda path: path.stem)
def test_every_definition_has_screens_or_none(path: Path) -> None:
    assert head_titles(path.read_text(encoding="utf-8")) is not None


def test_what_is_no_definition() -> None:
    with pytest.raises(XMLSyntaxError):
        heads("<domain>")
    assert head_titles("<domain>") is None
    assert head_titles(None) is None
