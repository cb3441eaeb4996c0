"""``tuivirt uri``: a connection URI explained."""

import os
from collections.abc import Sequence

from tuivirt.cli.output import print_json
from tuivirt.cli.parser import Parser, add_json
from tuivirt.config.load import load
from tuivirt.core.source import shown_uri
from tuivirt.core.text import plain
from tuivirt.core.uri import ConnectionURI
from tuivirt.core.uri_check import warnings
from tuivirt.core.uri_explain import explain


def run(arguments: Sequence[str]) -> int:
    """Print the explanation; returns the exit status."""
    parser = Parser(prog="tuivirt uri", description="Explain a connection URI; opens nothing.")
    parser.add_argument("uri", metavar="URI", help="a URI, or the name of a connection")
    add_json(parser)
    options = parser.parse_args(arguments)
    given = ConnectionURI.parse(_resolved(options.uri))
    uri = given.without_secrets()
    facts = {
        "uri": shown_uri(given.build()),
        "driver": uri.driver,
        "transport": uri.effective_transport,
        "user": uri.user,
        "host": uri.host,
        "port": uri.effective_port,
        "path": uri.path or None,
        "params": uri.params,
        "remote": uri.remote,
        "explanation": explain(uri, privileged=os.geteuid() == 0),
        "warnings": list(warnings(uri)),
    }
    if options.json:
        print_json(facts)
        return 0
    print(plain(str(facts["explanation"])))
    parts = {name: facts[name] for name in ("uri", "driver", "transport", "user", "host", "port", "path")}
    parts |= {f"?{name}": value for name, value in uri.params.items()}
    column = max(map(len, parts))
    for name, value in parts.items():
        if value is not None:
            print(f"  {plain(name):{column}}  {plain(str(value))}")
    for warning in warnings(uri):
        print(f"warning: {plain(warning)}")
    return 0


def _resolved(text: str) -> str:
    """The URI of the connection with this name, or the text itself."""
    if ":" in text:
        return text
    source = load().source(text)
    return source.uri if source else text
