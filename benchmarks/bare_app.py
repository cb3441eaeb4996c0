"""The reference for the start: a Textual app that shows one label and nothing else."""

from textual.app import App, ComposeResult
from textual.widgets import Label


class BareApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Label("just a label")


if __name__ == "__main__":
    BareApp().run()
