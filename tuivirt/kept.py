"""The answers that the user has had kept: the system's keyring, and on disk which there are."""

from tuivirt.backend.vault import Vault
from tuivirt.config import paths
from tuivirt.config.remembered import Remembered


def open_vault() -> Vault:
    return Vault(Remembered(paths.kept_file(), delay=0))
