"""The command line behind ``:``: verbs with their words, their completion and what they call."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple


class CommandError(ValueError):
    """A command that makes no sense; the message says what would."""


class Verb(NamedTuple):
    """One command: ``run`` gets the words after it."""

    name: str
    doc: str
    run: Callable[[Sequence[str]], None]
    aliases: tuple[str, ...] = ()
    words: Callable[[], Iterable[tuple[str, str]]] = lambda: ()
    """What may come after it, each with a description."""


class CommandLine:
    """Finds the verb of a line; an unambiguous beginning of one is enough."""

    def __init__(self, verbs: Callable[[], Iterable[Verb]]) -> None:
        self._verbs = verbs

    def run(self, line: str) -> None:
        """Run a line. Raises CommandError."""
        words = line.split()
        named = " ".join(words)  # a connection's name may have spaces
        if len(words) > 1 and (verb := next((v for v in self._verbs() if v.name == named), None)):
            verb.run(())
        elif words:
            self.find(words[0]).run(words[1:])

    def find(self, word: str) -> Verb:
        """The verb that ``word`` names or begins. Raises CommandError."""
        verbs = list(self._verbs())
        for verb in verbs:
            if word == verb.name or word in verb.aliases:
                return verb
        begun = [verb for verb in verbs if verb.name.startswith(word)]
        if len(begun) == 1:
            return begun[0]
        if begun:
            raise CommandError(f"{word!r} may be {', '.join(verb.name for verb in begun)}")
        raise CommandError(f"there is no command, view or connection {word!r}; Tab shows what there is")

    def complete(self, text: str, cursor: int) -> list[tuple[str, str]]:
        """Candidates for the whole line up to the cursor, each with a description."""
        line = text[:cursor]
        head, space, last = line.rpartition(" ")
        named = [(verb.name, verb.doc) for verb in self._verbs() if verb.name.startswith(line)]
        if named or not space:
            return named
        first = head.split()[0] if head.split() else ""
        try:
            verb = self.find(first)
        except CommandError:
            return []
        return [(f"{head} {word}", doc) for word, doc in verb.words() if word.startswith(last)]
