"""Where the user's files live, by the XDG rules. Nothing is created until something is written."""

from pathlib import Path

from platformdirs import user_config_path, user_state_path

APP = "tuivirt"


def config_dir() -> Path:
    """``$XDG_CONFIG_HOME/tuivirt``: what the user writes."""
    return user_config_path(APP)


def state_dir() -> Path:
    """``$XDG_STATE_HOME/tuivirt``: what the app keeps."""
    return user_state_path(APP)


def settings_file() -> Path:
    return config_dir() / "settings.toml"


def bookmarks_file() -> Path:
    return config_dir() / "bookmarks.toml"


def themes_dir() -> Path:
    return config_dir() / "themes"


def remembered_file() -> Path:
    return state_dir() / "ui.json"


def kept_file() -> Path:
    """Names what is in the system's keyring; holds no secret."""
    return state_dir() / "kept.json"


def journal_file() -> Path:
    return state_dir() / "journal.jsonl"


def history_dir() -> Path:
    return state_dir() / "history"


def log_file() -> Path:
    return state_dir() / "tuivirt.log"


def make_private(directory: Path) -> Path:
    """Create a directory for the user alone (0700), and its parents; one that is there stays as it is."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    directory.mkdir(mode=0o700, exist_ok=True)
    return directory
