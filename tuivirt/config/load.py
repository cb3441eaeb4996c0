"""All of the user's files at once, as every command needs them."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tuivirt.config import paths
from tuivirt.config.bookmarks import read_bookmarks
from tuivirt.config.default_uri import DefaultURI, default_uri
from tuivirt.config.libvirt_conf import LibvirtConf, libvirt_conf_path, read_libvirt_conf
from tuivirt.config.problem import Problem
from tuivirt.config.settings import Settings, read_settings
from tuivirt.config.sources import Sources, merge_sources
from tuivirt.core.source import Source


class ReadFile(NamedTuple):
    """One of the files that were looked for."""

    path: Path
    found: bool
    problems: tuple[Problem, ...]


class Configuration(NamedTuple):
    """What the user's files, the environment and the arguments say together."""

    settings: Settings
    sources: Sources
    conf: LibvirtConf
    default: DefaultURI
    files: tuple[ReadFile, ...]

    def source(self, text: str | None) -> Source | None:
        """The source of this name; without one the default, which is None when libvirt.conf is broken."""
        if text is None:
            return next((source for source in self.sources.all if source.source == "default"), None)
        return next((source for source in self.sources.all if source.name == text), None)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All mistakes in all files."""
        return (*(problem for file in self.files for problem in file.problems), *self.sources.problems)


def load(arguments: Sequence[str] = ()) -> Configuration:
    """Read everything; ``arguments`` are those of ``-c``. Raises URIError for neither a name nor a URI."""
    settings_file, bookmarks_file = paths.settings_file(), paths.bookmarks_file()
    settings, settings_problems = read_settings(settings_file)
    bookmarks, bookmark_problems = read_bookmarks(bookmarks_file)
    conf = read_libvirt_conf(libvirt_conf_path())
    default = default_uri(conf)
    return Configuration(
        settings=settings,
        sources=merge_sources(bookmarks, str(bookmarks_file), conf, default, arguments),
        conf=conf,
        default=default,
        files=(
            ReadFile(settings_file, settings_file.exists(), settings_problems),
            ReadFile(bookmarks_file, bookmarks_file.exists(), bookmark_problems),
            ReadFile(conf.path, conf.exists, conf.problems),
        ),
    )
