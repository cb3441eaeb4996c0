"""``tuivirt doctor``: versions, files, the default URI and why, and a stepwise test of one connection.

In a terminal it asks what the host asks and the keyring does not know; for scripts (``--json``, a pipe) it
asks nothing.
"""

import platform
import sys
from collections.abc import Iterator, Sequence
from importlib import metadata

from tuivirt import __version__, logs
from tuivirt.backend import doctor
from tuivirt.checking import check
from tuivirt.cli.asking import ask
from tuivirt.cli.output import complain, print_json
from tuivirt.cli.parser import Parser, add_json
from tuivirt.config import paths
from tuivirt.config.load import Configuration, ReadFile, load
from tuivirt.config.problem import Problem
from tuivirt.core.question import Answer, Question
from tuivirt.core.source import Source, shown_uri
from tuivirt.core.steps import Step
from tuivirt.core.text import plain
from tuivirt.core.uri_secrets import conceal_uri
from tuivirt.kept import open_vault


def run(arguments: Sequence[str]) -> int:
    """Print what was found; returns 1 when a step failed."""
    what = "Test one connection step by step; in a terminal it asks what the host asks."
    parser = Parser(prog="tuivirt doctor", description=what)
    parser.add_argument(
        "uri", metavar="URI", nargs="?", help="a URI, or the name of a connection; else the default"
    )
    add_json(parser)
    options = parser.parse_args(arguments)
    found = _checked(load())
    source = found.source(options.uri)
    if source is None and options.uri is not None:
        source = Source(options.uri, options.uri, "argument", "argument")
    with logs.quiet_stderr():
        if not options.json:
            _print_facts(found)
        steps = []
        for step in _steps(source, asking=not options.json and _in_terminal()):
            steps.append(step)
            if not options.json:
                _print_step(step)
    if options.json:
        facts = {
            "versions": _versions(),
            "files": [
                {"path": str(f.path), "found": f.found, "problems": [str(p) for p in f.problems]}
                for f in found.files
            ],
            "default_uri": {
                "uri": found.default.uri and conceal_uri(found.default.uri),
                "source": found.default.origin,
            },
            "steps": [step._asdict() for step in steps],
        }
        print_json(facts)
    if steps and not steps[-1].ok:
        return complain(f"{steps[-1].step}: {steps[-1].detail}")
    return 0


def _checked(found: Configuration) -> Configuration:
    """With the mistakes that show when the app reads its themes, columns and keys."""
    file, themes_dir = paths.settings_file(), paths.themes_dir()
    settings, _, mistakes = check(found.settings, file, themes_dir)
    files = [
        read._replace(problems=(*read.problems, *mistakes)) if read.path == file else read
        for read in found.files
    ]
    if themes_dir.exists():
        from tuivirt.ui.theme import load_themes  # here: with Textual

        _, sentences = load_themes(themes_dir)
        parts = [sentence.partition(": ") for sentence in sentences]
        problems = tuple(Problem(file, text) for file, _, text in parts)
        files.append(ReadFile(themes_dir, found=True, problems=problems))
    return found._replace(settings=settings, files=tuple(files))


def _in_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _steps(source: Source | None, *, asking: bool) -> Iterator[Step]:
    if source is None:
        yield Step(
            "default URI", False, "there is none, as libvirt.conf is broken", "Mend the file named above."
        )
    else:
        by = doctor.Interviewer(_ask, open_vault) if asking else None
        yield from doctor.steps(source.uri, read_only=source.read_only, by=by)


def _ask(question: Question) -> Answer | None:
    text = ask(question)
    return Answer(text) if text is not None else None


def _versions() -> dict[str, str]:
    packages = ("libvirt-python", "textual", "tomli", "tomlkit", "msgspec", "lxml", "platformdirs", "keyring")
    return {
        "tuivirt": __version__,
        "python": platform.python_version(),
        **doctor.versions(),
        **{name: version for name in packages if (version := _version(name))},
    }


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _print_facts(found: Configuration) -> None:
    print("versions: " + ", ".join(f"{name} {version}" for name, version in _versions().items()))
    for file in found.files:
        print(f"file: {plain(str(file.path))}{'' if file.found else ' (not there)'}")
    for problem in found.problems:
        print(f"  {plain(str(problem))}")
    print(f"log: {plain(str(paths.log_file()))}")
    print(f"default URI: {shown_uri(found.default.uri or 'unknown')}, by {plain(found.default.origin)}")


def _print_step(step: Step) -> None:
    print(f"{'ok  ' if step.ok else 'FAIL'} {step.step}: {plain(step.detail)}", flush=True)
    if step.hint:
        print(f"     {plain(step.hint)}", flush=True)
