"""The one table of keys: handlers, footer, help, palette, documentation and remapping derive from it.

Actions on objects are declared where they are implemented (``tuivirt.resources``) and join by ``actions_of``.
"""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from textual.binding import Binding

from tuivirt.resources.register import ACTIONS

Place = Literal[
    "app",
    "list",
    "connections",
    "connections_line",
    "detail",
    "xml",
    "usage",
    "hardware",
    "journal",
    "table",
    "console_menu",
    "reading",
    "screen",
]


class Command(NamedTuple):
    """Something a key does in a place."""

    id: str
    """Stable: the settings' key map refers to it."""
    keys: str
    """Textual key names, separated by commas."""
    action: str
    """The handler: Textual's ``action_`` method of the widget of that place."""
    title: str
    place: Place
    doc: str = ""
    footer: str = ""
    """Its short title in the line of keys; empty: not there."""


def _table(
    place: Place, *rows: tuple[str, str, str, str] | tuple[str, str, str, str, str]
) -> Iterator[Command]:
    for row in rows:
        id_, keys, action, title = row[:4]
        yield Command(f"{place}.{id_}", keys, action, title, place, footer=row[4] if len(row) > 4 else "")


COMMANDS: tuple[Command, ...] = (
    *_table(
        "app",
        ("filter", "slash", "filter", "Filter the list", "filter"),
        ("command", "colon", "command", "Go to a view or connection, run any action", "go"),
        ("help", "question_mark", "help", "Help for this place", "help"),
        ("palette", "ctrl+p", "command_palette", "Every action by name"),
        ("next_pane", "tab", "next_pane", "Next pane"),
        ("previous_pane", "shift+tab", "previous_pane", "Previous pane"),
        ("zoom", "plus", "zoom", "Zoom the pane, and back"),
        ("narrower", "left_square_bracket", "resize_sidebar(-2)", "Narrower sidebar"),
        ("wider", "right_square_bracket", "resize_sidebar(2)", "Wider sidebar"),
        ("shorter", "left_curly_bracket", "resize_list(-1)", "Shorter list"),
        ("taller", "right_curly_bracket", "resize_list(1)", "Taller list"),
        ("refresh", "ctrl+r", "refresh_now", "Read again now; connect now"),
        ("give_up", "ctrl+g", "give_up", "Wait no more: for the row's action, or for the connection"),
        ("back", "minus", "back", "Back to the previous view"),
        ("summary", "S", "toggle_summary", "Fold the summary line"),
        ("runs", "J", "runs", "Actions that run, their progress and results"),
        ("escape", "escape", "escape", "Out: count, marks, filter, view"),
        ("quit", "q,ctrl+q", "quit", "Quit"),
    ),
    *_table(
        "table",
        ("down", "j,down", "move(1)", "Down"),
        ("up", "k,up", "move(-1)", "Up"),
        ("page_down", "pagedown", "page(1)", "Page down"),
        ("page_up", "pageup", "page(-1)", "Page up"),
        ("half_down", "ctrl+d", "half_page(1)", "Half a page down"),
        ("half_up", "ctrl+u", "half_page(-1)", "Half a page up"),
        ("first", "g,home", "first", "First row"),
        ("last", "G,end", "last", "Last row; with a count before it, that row"),
        ("scroll_left", "shift+left", "scroll_columns(-1)", "Scroll columns left"),
        ("scroll_right", "shift+right", "scroll_columns(1)", "Scroll columns right"),
    ),
    *_table(
        "list",
        ("open", "enter", "open", "Into the detail"),
        ("mark", "space", "mark", "Mark, and step on"),
        ("invert", "asterisk", "invert_marks", "Invert the marks among the rows shown"),
        ("sort_next", "greater_than_sign", "want('sort_next')", "Sort by the next column"),
        ("sort_previous", "less_than_sign", "want('sort_previous')", "Sort by the previous column"),
        ("reverse", "backslash", "want('reverse')", "Reverse the order"),
        ("fold", "z", "fold", "Fold the group"),
        ("fold_all", "Z", "fold_all", "Fold all groups, and back"),
        ("columns", "W", "want('columns')", "Choose columns"),
        ("menu", "full_stop", "want('menu')", "All actions of the row", "menu"),
        ("copy", "y", "want('copy')", "Copy name, UUID, address, XML …", "copy"),
        ("ssh", "o", "want('ssh')", "ssh into the guest"),
        ("console", "c", "want('console')", "Sit at its console", "console"),
        ("screen", "v", "want('screen')", "Look at its screen", "screen"),
        ("next_tab", "l,right", "want('next_tab')", "Next detail tab"),
        ("previous_tab", "h,left", "want('previous_tab')", "Previous detail tab"),
    ),
    *_table(
        "connections",
        ("toggle", "enter", "toggle_connection", "Connect or disconnect", "connect"),
        ("add", "n", "add", "Add a bookmark", "add"),
        ("edit", "e", "edit", "Edit the bookmark", "edit"),
        ("remove", "x", "remove", "Remove the bookmark", "remove"),
        ("autoconnect", "A", "autoconnect", "Open at start, or not", "autoconnect"),
        ("read_only", "exclamation_mark", "read_only", "Read-only, or not", "read-only"),
        ("menu", "full_stop", "menu", "All actions of the host"),
    ),
    *_table(
        "connections_line",
        ("next", "l,right,j,down", "step(1)", "Next connection"),
        ("previous", "h,left,k,up", "step(-1)", "Previous connection"),
    ),
    *_table(
        "detail",
        ("next_tab", "l,right", "next_tab", "Next tab"),
        ("previous_tab", "h,left", "previous_tab", "Previous tab"),
        ("menu", "full_stop", "menu", "All actions of the domain"),
        ("copy", "y", "copy", "Copy name, UUID, address, XML …"),
        ("console", "c", "console", "Sit at its console"),
        ("screen", "v", "screen", "Look at its screen as a full screen"),
    ),
    *_table(
        "console_menu",
        ("leave", "q", "leave", "Back; the console stays open", "back"),
        ("detach", "d", "detach", "Close the console", "close"),
        ("next", "n", "step(1)", "Next open console", "next"),
        ("previous", "p", "step(-1)", "Previous open console"),
        ("others", "o", "others", "Another console of the domain, or another that is open", "others"),
        ("search", "slash", "search", "Search in what the guest has written", "search"),
        ("read", "left_square_bracket", "read", "Scroll back, select, copy", "scroll"),
        ("size", "s", "push_size", "Type stty rows … cols …, so that the guest knows the size", "size"),
        ("help", "question_mark", "help", "These keys", "help"),
        ("copy", "y", "copy", "Copy what is on the screen", "copy"),
        ("log", "l", "log", "Write what comes into a file, or end that", "log"),
        ("wait", "w", "wait", "Tell when a text appears", "wait"),
        ("zoom", "z", "zoom", "As a full screen, and back", "zoom"),
        ("attach", "r", "attach", "Attach again, if nobody else has it open"),
        ("take", "t", "attach('force')", "Take it over from who has it open"),
    ),
    *_table(
        "reading",
        ("end", "escape,q", "read_end", "Back to what the guest shows", "back"),
        ("select", "v,space", "read_select", "Begin to select, or not", "select"),
        ("copy", "y,enter", "read_want('copy')", "Copy what is selected, or what is on the screen", "copy"),
        ("search", "slash", "read_want('search')", "Search", "search"),
        ("previous_match", "N", "read_match(-1)", "Previous match"),
        ("next_match", "n", "read_match(1)", "Next match", "next"),
        ("up", "k,up", "read_move(-1)", "Up"),
        ("down", "j,down", "read_move(1)", "Down"),
        ("left", "h,left", "read_move(0,-1)", "Left"),
        ("right", "l,right", "read_move(0,1)", "Right"),
        ("page_up", "pageup", "read_page(-2)", "Page up"),
        ("page_down", "pagedown", "read_page(2)", "Page down"),
        ("half_up", "ctrl+u", "read_page(-1)", "Half a page up"),
        ("half_down", "ctrl+d", "read_page(1)", "Half a page down"),
        ("first", "g", "read_edge(0)", "First line that is kept"),
        ("last", "G", "read_edge(1)", "Last line"),
        ("line_begin", "0,home", "read_column(0)", "Beginning of the line"),
        ("line_end", "dollar_sign,end", "read_column(1)", "End of the line"),
    ),
    *_table(
        "screen",
        ("type", "enter", "type", "Type to the guest, until the escape key ends that", "type"),
        ("keys", "K", "keys", "Ctrl+Alt+Del and the like, keys to hold, the layout", "keys"),
        ("paste", "P", "paste", "Type a file, or a text that is not shown", "paste"),
        ("full", "v,z", "full", "As a full screen, and back", "full screen"),
        ("read", "left_square_bracket", "read", "Select text", "select"),
        ("copy", "y", "copy", "Copy the text that is shown", "copy"),
        ("search", "slash", "search", "Search", "search"),
        ("next_match", "n", "match(1)", "Next match"),
        ("previous_match", "N", "match(-1)", "Previous match"),
        ("wait", "w", "wait", "Tell when a text appears, or wait no more", "wait"),
        ("save", "f", "save", "Write the picture, or its text, to a file"),
        ("picture", "i", "picture", "The picture where the text is shown, and back"),
        ("larger", "greater_than_sign", "zoom(1)", "Larger"),
        ("smaller", "less_than_sign", "zoom(-1)", "Smaller"),
        ("fit", "0", "fit", "The whole picture"),
        ("one_to_one", "1", "one_to_one", "One dot for each pixel"),
        ("next_head", "H", "next_head", "Next screen of the guest"),
        ("viewer", "E", "viewer", "Open it in virt-viewer"),
        ("down", "j,down", "pan(1,0)", "Look further down"),
        ("up", "k,up", "pan(-1,0)", "Look further up"),
        ("page_down", "pagedown,ctrl+d", "pan_page(1)", "Half a page down"),
        ("page_up", "pageup,ctrl+u", "pan_page(-1)", "Half a page up"),
        ("right", "shift+right", "pan(0,8)", "Look further right"),
        ("left", "shift+left", "pan(0,-8)", "Look further left"),
        ("end", "escape", "end", "No paste, search or selection any more"),
    ),
    *_table(
        "xml",
        ("search", "slash", "search", "Search", "search"),
        ("next_match", "n", "next_match", "Next match", "next"),
        ("previous_match", "N", "previous_match", "Previous match"),
        ("live", "1", "show('live')", "Live definition", "live"),
        ("saved", "2", "show('saved')", "Saved definition: what the next boot uses", "saved"),
        ("differences", "3", "show('differences')", "Differences between the two", "differences"),
        ("end_search", "escape", "end_search", "No search"),
    ),
    *_table(
        "hardware",
        ("xml", "enter", "show_xml", "Its XML", "its xml"),
        ("facts_down", "ctrl+down", "scroll_facts(1)", "Scroll the facts down"),
        ("facts_up", "ctrl+up", "scroll_facts(-1)", "Scroll the facts up"),
    ),
    *_table(
        "journal",
        ("filter", "slash", "filter", "Filter the journal", "filter"),
        ("clear_filter", "escape", "clear_filter", "No filter"),
    ),
    *_table(
        "usage",
        ("shorter", "comma", "window(-1)", "Shorter window", "shorter"),
        ("longer", "w", "window(1)", "Longer window", "longer"),
    ),
)


def places_of(tab: str) -> tuple[Place, ...]:
    """The places that a tab of the detail is made of; none when it has no keys of its own."""
    if tab == "console":
        return ("console_menu", "reading")
    if tab == "screen":
        return ("screen", "reading")
    return tuple(command.place for command in COMMANDS if command.place == tab)[:1]


UNTYPED = "untyped-"
"""Begins the key of an action that has none until the user's settings give it one."""


def commands_of(*places: Place) -> tuple[Command, ...]:
    """The commands of some places, in the order of the table."""
    return tuple(command for command in COMMANDS if command.place in places)


def bindings_of(*places: Place) -> list[Binding | tuple[str, str] | tuple[str, str, str]]:
    """Textual's bindings of some places; their ids are the commands' ids, for remapping."""
    return [
        Binding(
            key=command.keys,
            action=command.action,
            description=command.title,
            show=bool(command.footer),
            id=command.id,
            tooltip=command.doc or command.title,
        )
        for command in commands_of(*places)
    ]


def actions_of(kind: str) -> list[Binding | tuple[str, str] | tuple[str, str, str]]:
    """Bindings of the actions of a kind. Actions may share a key: the first that applies is run."""
    by_key: dict[str, list[str]] = {}
    for action in ACTIONS[kind]:
        # What has no key of its own gets one that nobody can type, so that the settings can give it another.
        by_key.setdefault(action.key or f"{UNTYPED}{action.id}", []).append(action.id)
    return [
        Binding(
            key=key,
            action=f"act('{','.join(ids)}')",
            description=" / ".join(ACTIONS[kind][id_].title for id_ in ids),
            id=ids[0],
        )
        for key, ids in by_key.items()
    ]


def ids() -> Iterable[str]:
    """Every id that a key can be given to."""
    yield from (command.id for command in COMMANDS)
    for kind in ACTIONS:
        yield from (binding.id for binding in actions_of(kind) if isinstance(binding, Binding) and binding.id)
