"""Actions: one declaration from which keys, menus, help, bulk plans and refusals derive."""

import shlex
from collections.abc import Callable, Iterator
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from tuivirt.core.source import shown_uri

T = TypeVar("T")


# No slots: `Condition[Domain](…)` sets `__orig_class__`, at which a frozen class with slots fails in 3.11.
class Condition(NamedTuple, Generic[T]):
    """What must hold of an object for an action to make sense, and the reason to show when it does not."""

    holds: Callable[[T], bool]
    otherwise: str
    """Completes "NAME …", e.g. "is not running"."""


class Loss(NamedTuple, Generic[T]):
    """What an action destroys of such objects, or with such params: it makes the action a dangerous one."""

    when: Callable[[T, Any], bool]
    """``when(item, params)``, with None for the params of an action without."""
    says: str
    """``{name}`` and ``{host}`` are filled in: those of which it holds."""


InputKind = Literal["text", "lines", "path", "choice", "flag", "words"]
"""``words`` is a tuple of words typed with commas or spaces between them."""


class Param(NamedTuple):
    """How a form asks for a field of an action's params, which is ``Annotated`` with it.

    class NewName(NamedTuple):
        name: Annotated[str, Param("New name", required=True)] = ""
    """

    label: str
    kind: InputKind = "text"
    choices: tuple[tuple[Any, str], ...] = ()
    """Pairs of value and label."""
    initial: Callable[[Any], Any] | None = None
    """Takes the object and gives the value that the form starts with, instead of the default."""
    needs_details: bool = False
    """The object's details tell ``initial``: without them there is no form."""
    required: bool = False
    hint: str = ""


class ParamField(NamedTuple):
    """A field of an action's params."""

    name: str
    param: Param
    default: Any


def param_fields(params: type) -> list[ParamField]:
    """The fields of a params class, a NamedTuple with a default for each."""
    return [
        ParamField(name, annotated.__metadata__[0], params._field_defaults[name])  # type: ignore[attr-defined]
        for name, annotated in params.__annotations__.items()
    ]


class Action(NamedTuple, Generic[T]):
    """One thing that can be done to an object of a kind; the body is the libvirt call."""

    id: str
    """``kind.function``, e.g. ``domain.start``: stable, the settings' key map refers to it."""
    title: str
    run: Callable[..., None]
    """``run(handle)``, or ``run(handle, params)`` with ``params``; blocks; raises libvirtError."""
    doc: str
    key: str = ""
    when: tuple[Condition[T], ...] = ()
    confirm: str = ""
    """Says what will be lost; ``{name}`` and ``{host}`` are filled in. Empty: no question asked."""
    danger: bool = False
    """Can lose data: shown in red, asked for even when a confirmation is switched off."""
    params: type | None = None
    """A NamedTuple of fields that a form asks for, see ``Param``."""
    virsh: Callable[..., tuple[str, ...]] | None = None
    """``virsh(item)`` or ``virsh(item, params)``: the equivalent command's words after ``virsh -c URI``."""
    urgent: bool = False
    """May use the place that is kept free on every connection (force off)."""
    job: bool = False
    """A libvirt job: has progress and can be aborted."""
    bulk: bool = True
    replaces_definition: bool = False
    """The saved definition is written to the local history first."""
    losses: tuple[Loss[T], ...] = ()
    """What it destroys of some objects, or with some params, besides what ``confirm`` says."""
    ends: Callable[[Any], bool] | None = None
    """Whether it ends the guest with these params (None without): the definition of a transient one, which
    is gone then, is written to the local history first.
    """

    @property
    def needs_details(self) -> bool:
        """Whether its form starts with what the object's details say."""
        return self.params is not None and any(f.param.needs_details for f in param_fields(self.params))

    @property
    def may_lose(self) -> bool:
        """Whether it can be dangerous, or ask, with some params on some objects."""
        return self.danger or bool(self.confirm) or bool(self.losses)

    def refusal(self, item: T) -> str | None:
        """Why the action does not apply to ``item``, or None when it does."""
        return next((c.otherwise for c in self.when if not c.holds(item)), None)

    def command(self, item: T, params: object | None) -> tuple[str, ...]:
        """The words of the equivalent virsh command after ``virsh -c URI``; empty when there is none."""
        if self.virsh is None:
            return ()
        return self.virsh(item) if self.params is None else self.virsh(item, params)


class Actions(Generic[T]):
    """The actions of one kind, in the order in which the menu shows them; itself the decorator."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._actions: dict[str, Action[T]] = {}

    def __call__(
        self,
        title: str,
        *,
        key: str = "",
        when: tuple[Condition[T], ...] = (),
        confirm: str = "",
        danger: bool = False,
        params: type | None = None,
        virsh: Callable[..., tuple[str, ...]] | None = None,
        urgent: bool = False,
        job: bool = False,
        bulk: bool = True,
        replaces_definition: bool = False,
        losses: tuple[Loss[T], ...] = (),
        ends: Callable[[Any], bool] | None = None,
    ) -> Callable[[Callable[..., None]], Callable[..., None]]:
        """Declare the decorated function as an action of this kind."""

        def declare(run: Callable[..., None]) -> Callable[..., None]:
            name = run.__name__.rstrip("_")
            action = Action(
                id=f"{self.kind}.{name}",
                title=title,
                run=run,
                doc=(run.__doc__ or "").strip(),
                key=key,
                when=when,
                confirm=confirm,
                danger=danger,
                params=params,
                virsh=virsh,
                urgent=urgent,
                job=job,
                bulk=bulk,
                replaces_definition=replaces_definition,
                losses=losses,
                ends=ends,
            )
            if action.id in self._actions:
                raise ValueError(f"action {action.id} is declared twice")
            self._actions[action.id] = action
            return run

        return declare

    def __iter__(self) -> Iterator[Action[T]]:
        return iter(self._actions.values())

    def __getitem__(self, id_: str) -> Action[T]:
        return self._actions[id_]

    def __contains__(self, id_: str) -> bool:
        return id_ in self._actions


def virsh_line(uri: str, words: tuple[str, ...]) -> str:
    """The equivalent command as one line for a shell, words quoted as needed; empty without words.

    It is shown and kept in the journal, so a password in the URI is masked.
    """
    return shlex.join(("virsh", "-c", shown_uri(uri), *words)) if words else ""
