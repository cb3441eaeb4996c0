"""What the keys of the connections ask for, the same in the sidebar and in the one-line form."""

from textual.message import Message
from textual.widget import Widget

_OF_ONE = frozenset({"toggle_connection", "edit", "remove", "autoconnect", "read_only", "menu", "act"})
"""Actions that need one connection, not ``ALL``."""


class ConnectionKeys(Widget):
    """Mix in, after a widget: handlers of the place ``connections``.

    Whichever widget sends a message, its handler is ``on_connections_pane_…``.
    """

    class Named(Message, namespace="connections_pane"):
        """Something about one connection; ``ALL`` stands for every open one."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class Chosen(Named, namespace="connections_pane"):
        """The cursor stands on another connection, or on ``ALL``."""

    class Toggled(Named, namespace="connections_pane"):
        """Connect or disconnect."""

    class AddWanted(Message, namespace="connections_pane"):
        """A new bookmark is wanted."""

    class EditWanted(Named, namespace="connections_pane"): ...

    class RemoveWanted(Named, namespace="connections_pane"): ...

    class AutoconnectWanted(Named, namespace="connections_pane"): ...

    class ReadOnlyWanted(Named, namespace="connections_pane"): ...

    class MenuWanted(Named, namespace="connections_pane"): ...

    class ActionWanted(Message, namespace="connections_pane"):
        """An action on the host of a connection."""

        def __init__(self, name: str, action: str) -> None:
            super().__init__()
            self.name = name
            self.action = action

    @property
    def subject(self) -> str | None:
        """The connection that the keys are about."""
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in _OF_ONE and not self.subject:
            return None
        return super().check_action(action, parameters)

    def action_toggle_connection(self) -> None:
        self.want(self.Toggled)

    def action_add(self) -> None:
        self.post_message(self.AddWanted())

    def action_edit(self) -> None:
        self.want(self.EditWanted)

    def action_remove(self) -> None:
        self.want(self.RemoveWanted)

    def action_autoconnect(self) -> None:
        self.want(self.AutoconnectWanted)

    def action_read_only(self) -> None:
        self.want(self.ReadOnlyWanted)

    def action_menu(self) -> None:
        self.want(self.MenuWanted)

    def action_act(self, ids: str) -> None:
        """The first of some actions that share a key."""
        if self.subject:
            self.post_message(self.ActionWanted(self.subject, ids.partition(",")[0]))

    def want(self, what: type[Named]) -> None:
        """Post a message about the subject."""
        if self.subject:
            self.post_message(what(self.subject))
