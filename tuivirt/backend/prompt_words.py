"""Prompts of ssh and libvirt as questions: which kind each is, and what it says of a host key."""

import base64
import re
from dataclasses import dataclass
from typing import Final

import libvirt

from tuivirt.core.question import QuestionKind
from tuivirt.core.uri import ConnectionURI

# Anchored: what a server asks (keyboard-interactive) comes after its name in parentheses, so cannot begin so.
_SSH_HOST_KEY: Final = re.compile(r"The authenticity of host '|Please type 'yes', 'no' or the fingerprint")
_SSH_KEY: Final = re.compile(r"^(\S+) key fingerprint is ([^\s.]+)\.?$", re.MULTILINE)
_SSH_YES_NO: Final = re.compile(r"(?!\().*\(yes/no(?:/\[fingerprint\])?\)\?\s*", re.DOTALL)
_SSH_PASSPHRASE: Final = re.compile(r"Enter (?:passphrase|PIN) for ")
_SSH_PASSWORD: Final = re.compile(r"\S+@\S+'s password: ")

_LIBSSH_HOST_KEY: Final = re.compile(r"Accept SSH host key with hash '([^']*)' for host '")
_PASSPHRASE: Final = re.compile(r"passphrase", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Words:
    """A prompt understood."""

    kind: QuestionKind
    prompt: str
    default: str = ""
    key_type: str = ""
    fingerprint: str = ""


def ssh_words(prompt: str, hint: str) -> Words:
    """A prompt of the OpenSSH client. ``hint`` is ``SSH_ASKPASS_PROMPT``: *confirm*, *none* or nothing.

    ssh does not tell whether an answer may be seen, so all but yes and no is hidden.
    """
    if hint == "none":
        return Words("external", prompt)
    if hint == "confirm":
        return Words("confirm", prompt)
    if _SSH_HOST_KEY.match(prompt) or _SSH_YES_NO.fullmatch(prompt):
        key = _SSH_KEY.search(prompt)
        return Words("host key", prompt, "", *(key.groups() if key else ()))
    if _SSH_PASSPHRASE.match(prompt):
        return Words("passphrase", prompt)
    return Words("password" if _SSH_PASSWORD.fullmatch(prompt) else "secret", prompt)


def _as_ssh_writes_it(hash_: str) -> str:
    """libssh and libssh2 show pairs of digits; ``ssh-keygen -l`` would show SHA-256 in base 64."""
    digits = hash_.replace(":", "")
    if re.fullmatch(r"[0-9A-Fa-f]{64}", digits):
        return f"SHA256:{base64.b64encode(bytes.fromhex(digits)).decode().rstrip('=')}"
    return f"MD5:{hash_.lower()}" if re.fullmatch(r"[0-9A-Fa-f]{32}", digits) else hash_


def libvirt_words(type_: int, prompt: str, default: str, uri: ConnectionURI) -> Words:
    """A credential that libvirt's auth callback wants."""
    if type_ == libvirt.VIR_CRED_AUTHNAME:
        return Words("user", prompt, default or (uri.user or "").partition(":")[0])
    if type_ == libvirt.VIR_CRED_PASSPHRASE:
        return Words("passphrase" if _PASSPHRASE.search(prompt) else "password", prompt)
    if type_ == libvirt.VIR_CRED_REALM:
        return Words("realm", prompt, default)
    if type_ == libvirt.VIR_CRED_EXTERNAL:
        return Words("external", prompt)
    if type_ == libvirt.VIR_CRED_NOECHOPROMPT:
        return Words("secret", prompt)
    if uri.effective_transport in {"libssh", "libssh2"} and (key := _LIBSSH_HOST_KEY.match(prompt)):
        return Words("host key", prompt, "", "", _as_ssh_writes_it(key[1]))
    return Words("text", prompt, default)
