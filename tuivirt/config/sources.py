"""All connections that may be opened, each under its own name: bookmarks, aliases, the default, arguments."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tuivirt.config.bookmarks import Bookmark
from tuivirt.config.default_uri import DefaultURI
from tuivirt.config.libvirt_conf import LibvirtConf
from tuivirt.config.problem import Problem
from tuivirt.core.source import Source
from tuivirt.core.uri import ConnectionURI, URIError
from tuivirt.core.uri_secrets import conceal_uri

ARGUMENT = "-c"


class Sources(NamedTuple):
    """The connections in the order of the sidebar, and those to open at once."""

    all: tuple[Source, ...]
    opened: tuple[str, ...]
    """Names: those that ``-c`` asks for; else those with autoconnect; else the default, unless that was only
    probed and there are bookmarks."""
    problems: tuple[Problem, ...] = ()
    """URIs in files that libvirt would not understand; they are listed all the same."""


def merge_sources(
    bookmarks: Iterable[Bookmark],
    bookmarks_file: str,
    conf: LibvirtConf,
    default: DefaultURI,
    arguments: Sequence[str] = (),
) -> Sources:
    """Put everything together. Raises URIError for an argument that is neither a name nor a URI.

    A name that is taken gets a number. The default URI stands for itself even where it repeats another one:
    the sidebar says of each where it comes from.
    """
    found: list[Source] = []
    for bookmark in bookmarks:
        found.append(
            Source(
                name=_free(bookmark.name, found),
                uri=conf.resolve(bookmark.uri),
                source="bookmark",
                origin=bookmarks_file,
                group=bookmark.group,
                autoconnect=bookmark.autoconnect,
                read_only=bookmark.read_only,
            )
        )
    for alias in conf.aliases:
        found.append(Source(_free(alias.name, found), alias.uri, "alias", f"{conf.path}:{alias.line}"))
    if default.uri is not None:
        found.append(Source(_free(name_for(default.uri), found), default.uri, "default", default.origin))
    problems = tuple(filter(None, (_problem(source) for source in found)))
    opened = [_argument(text, found) for text in arguments]
    if not opened:
        opened = [source.name for source in found if source.autoconnect]
    if not opened and (default.source != "probing" or found[0].source != "bookmark"):
        opened = [source.name for source in found if source.source == "default"]
    return Sources(tuple(found), tuple(dict.fromkeys(opened)), problems)


def _problem(source: Source) -> Problem | None:
    """What is wrong with the URI of a source."""
    try:
        ConnectionURI.parse(source.uri)
    except URIError as error:
        return Problem(source.origin, str(error), field=source.name)
    return None


def name_for(uri: str) -> str:
    """What a connection is called that nobody named: after its host, or by its URI when it is local."""
    try:
        parts = ConnectionURI.parse(uri)
    except URIError:
        return conceal_uri(uri)
    if parts.host is not None:
        return parts.host
    return conceal_uri(parts._replace(query=(), fragment=None).build())


def _argument(text: str, found: list[Source]) -> str:
    """The name of the source that an argument means; a URI that is not listed yet becomes a source."""
    for source in found:
        if text == source.name:
            return source.name
    uri = ConnectionURI.parse(text).build()
    for source in found:
        if _same(source.uri, uri):
            return source.name
    source = Source(_free(name_for(uri), found), uri, "argument", ARGUMENT)
    found.append(source)
    return source.name


def _same(one: str, other: str) -> bool:
    try:
        return ConnectionURI.parse(one).build() == other
    except URIError:
        return False


def _free(name: str, found: list[Source]) -> str:
    taken = {source.name for source in found}
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free
