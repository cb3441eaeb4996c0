"""What libvirt, libxml2, GnuTLS and ssh print by themselves goes to the log, never to the screen."""

from pathlib import Path

from tests.support.lab import Lab
from tests.support.tuivirt_terminal import App, uris


def test_nothing_but_the_app_writes_to_the_terminal(lab: Lab, tmp_path: Path) -> None:
    certificate = f"qemu+tls://127.0.0.1:{lab.tls}{lab.path}?pkipath={lab.pki.foreign}"
    # It chats on its standard error, which ends in a pipe of libvirt's.
    command = lab.sshd.command(LogLevel="DEBUG3")
    ssh = lab.sshd.uri(command=str(command), keyfile=str(lab.sshd.directory / "id"))
    with App(tmp_path, *uris("test:///nonexistent/host.xml", certificate, ssh)) as app:
        app.until_row("web", "shut off")
        app.until(lambda screen: screen.text.count("✗") == 2, what="two that failed")
        app.settle()
        app.press("q")
        assert app.wait() == 0
    log = (tmp_path / "state/tuivirt/tuivirt.log").read_text()
    printed = ("failed to load external entity", "Certificate check failed")
    assert all(text in log for text in printed)
    for text in (*printed, "debug1", "debug3"):
        assert text.encode() not in app.written
