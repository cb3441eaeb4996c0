"""The wheel, as a user gets it: built from the source archive, in an environment of its own, started."""

import json
import os
import site
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

import tuivirt
from tests.support.cache import REPOSITORY, cache_root
from tests.support.environment import hermetic
from tests.support.terminal import Terminal
from tests.support.unavailable import unavailable
from tuivirt.demo import HOSTS

SYSTEM_BINDING = cache_root() / "system-binding"
"""An environment with the distribution's binding, and all else that the project depends on from PyPI; made by
tools/setup.sh."""


@dataclass(frozen=True, slots=True)
class Installed:
    """The wheel in a fresh environment, far away from the checkout."""

    root: Path
    env: dict[str, str]

    @property
    def program(self) -> Path:
        return self.root / "bin" / "tuivirt"

    def run(self, *arguments: str) -> str:
        """What a command prints. It has to succeed, and to leave standard error alone."""
        return self._output(self.program, *arguments)

    def python(self, code: str) -> str:
        return self._output(self.root / "bin" / "python", "-I", "-c", code).strip()

    def _output(self, *argv: str | Path) -> str:
        done = subprocess.run(
            argv, env=self.env, cwd=self.root, capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the source archive, so that this has all that the wheel needs; without network."""
    directory = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", directory, REPOSITORY)
    (built,) = directory.glob("*.whl")
    return built


def run(*argv: str | Path) -> str:
    """What a program prints. It has to succeed."""
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def install(wheel: Path, root: Path, python: Path, dependencies: Sequence[str]) -> Installed:
    """Make an environment with a Python; what the wheel depends on is found where it is already."""
    run(python, "-m", "venv", "--without-pip", root)
    (packages,) = root.glob("lib/python3.*/site-packages")
    # The files .pth in these directories are not read, hence not the one that leads to the checkout.
    (packages / "dependencies.pth").write_text("".join(f"{directory}\n" for directory in dependencies))
    pip = (sys.executable, "-m", "pip", "--python", root / "bin" / "python")
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", "--no-warn-script-location", wheel)
    env = hermetic(root.parent / "home") | {"PATH": os.defpath}
    return Installed(root, env)


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> Installed:
    """With the binding from PyPI, or whichever the tests run with."""
    return install(wheel, tmp_path / "env", Path(sys.executable), site.getsitepackages())


@pytest.fixture
def with_system_binding(wheel: Path, tmp_path: Path) -> Installed:
    """With the distribution's python3-libvirt and its Python, and without a compiler."""
    python = SYSTEM_BINDING / "bin" / "python"
    if not python.exists():
        unavailable(f"there is no {SYSTEM_BINDING}: run tools/setup.sh test")
    asked = (
        "import os, site, sys; print(os.path.realpath(sys.executable), *site.getsitepackages(), sep='\\n')"
    )
    base, *packages = run(python, "-c", asked).splitlines()
    return install(wheel, tmp_path / "env", Path(base), packages)


def check_everything_starts(app: Installed) -> None:
    """The version, the lists for scripts, and the app with rows on its screen."""
    assert app.python("import tuivirt; print(tuivirt.__file__)").startswith(str(app.root))
    assert app.run("--version").split()[:2] == ["tuivirt", tuivirt.__version__]
    assert isinstance(json.loads(app.run("connections", "--json")), list)
    hosts = json.loads(app.python("import json, tuivirt.demo as d; print(json.dumps(d.demo_sources()))"))
    assert [name for name, _ in hosts] == list(HOSTS)
    for _, uri in hosts:
        domains = json.loads(app.run("ls", "-c", uri, "--json"))
        assert "running" in {domain["state"] for domain in domains}
        assert all(domain["uuid"] and domain["vcpus"] for domain in domains)
    with Terminal([app.program, "--demo"], columns=120, rows=40, env=app.env, cwd=app.root) as terminal:
        terminal.until_text(*HOSTS, "running", "MiB")
        terminal.press("q")
        assert terminal.wait() == 0


def test_the_wheel_has_what_the_app_reads(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    expected = {f"tuivirt/themes/{path.name}" for path in (REPOSITORY / "themes").glob("*.toml")}
    for pattern in ("demo/*.xml", "fonts/*.psf.gz", "ui/styles/*.tcss", "**/*.py"):
        found = {path.relative_to(REPOSITORY).as_posix() for path in (REPOSITORY / "tuivirt").glob(pattern)}
        assert found
        expected |= found
    shipped = {name for name in names if not name.split("/")[0].endswith(".dist-info")}
    assert shipped == expected
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_a_fresh_environment(installed: Installed) -> None:
    check_everything_starts(installed)


def test_the_binding_of_the_distribution(with_system_binding: Installed) -> None:
    binding = with_system_binding.python("import libvirt; print(libvirt.__file__)")
    assert not Path(binding).is_relative_to(with_system_binding.root)
    assert not Path(binding).is_relative_to(SYSTEM_BINDING)
    check_everything_starts(with_system_binding)
