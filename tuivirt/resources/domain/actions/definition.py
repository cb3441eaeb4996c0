"""What is written down about a domain: name, title, tags, policies, the definition itself."""

from collections.abc import Collection
from operator import attrgetter
from typing import Annotated, Any, NamedTuple

import libvirt

from tuivirt.core.action import Condition, Loss, Param
from tuivirt.resources.domain import tags as tag_element
from tuivirt.resources.domain.actions.base import PERSISTENT, action, at, flags_of, scope_words
from tuivirt.resources.domain.snapshot import Domain


def _scope(dom: libvirt.virDomain) -> int:
    """Change the running guest and the saved definition, as far as the domain has them."""
    return flags_of(
        {
            libvirt.VIR_DOMAIN_AFFECT_LIVE: bool(dom.isActive()),
            libvirt.VIR_DOMAIN_AFFECT_CONFIG: bool(dom.isPersistent()),
        }
    )


@action(
    "Autostart on",
    key="a",
    when=(PERSISTENT, Condition[Domain](lambda d: not d.autostart, "starts with the host already")),
    virsh=lambda d: ("autostart", *at(d)),
)
def autostart_on(dom: libvirt.virDomain) -> None:
    """Start the domain with its host."""
    dom.setAutostart(1)


@action(
    "Autostart off",
    key="a",
    when=(PERSISTENT, Condition[Domain](lambda d: d.autostart, "does not start with the host")),
    virsh=lambda d: ("autostart", *at(d), "--disable"),
)
def autostart_off(dom: libvirt.virDomain) -> None:
    """Do not start the domain with its host."""
    dom.setAutostart(0)


class NewName(NamedTuple):
    name: Annotated[str, Param("New name", required=True, initial=lambda d: d.name)] = ""


@action(
    "Rename",
    when=(
        PERSISTENT,
        Condition[Domain](
            lambda d: not d.active, "is running: libvirt renames only domains that are shut off"
        ),
    ),
    params=NewName,
    bulk=False,
    virsh=lambda d, p: ("domrename", *at(d), "--new-name", p.name),
)
def rename(dom: libvirt.virDomain, new: NewName) -> None:
    """Give the domain another name; its UUID, disks and settings stay."""
    dom.rename(new.name, 0)


def _now(which: str, label: str, **more: Any) -> Param:
    """A field that starts with what the definition says now, and so cannot be shown before that is read."""
    return Param(label, initial=attrgetter(which), needs_details=True, **more)


class NewTitle(NamedTuple):
    title: Annotated[str, _now("title", "Title", hint="one line; empty removes it")] = ""


@action(
    "Set title",
    params=NewTitle,
    bulk=False,
    virsh=lambda d, p: ("desc", *at(d), *scope_words(d), "--title", "--new-desc", p.title),
)
def set_title(dom: libvirt.virDomain, new: NewTitle) -> None:
    """Set or remove the one-line title."""
    dom.setMetadata(libvirt.VIR_DOMAIN_METADATA_TITLE, new.title or None, None, None, _scope(dom))


class NewDescription(NamedTuple):
    description: Annotated[str, _now("description", "Description", kind="lines")] = ""


@action(
    "Set description",
    params=NewDescription,
    bulk=False,
    virsh=lambda d, p: ("desc", *at(d), *scope_words(d), "--new-desc", p.description),
)
def set_description(dom: libvirt.virDomain, new: NewDescription) -> None:
    """Set or remove the description."""
    text = new.description or None
    dom.setMetadata(libvirt.VIR_DOMAIN_METADATA_DESCRIPTION, text, None, None, _scope(dom))


_WORDS = "words, with spaces or commas between"


class NewTags(NamedTuple):
    tags: Annotated[tuple[str, ...], _now("tags", "Tags", kind="words", hint=_WORDS)] = ()


@action(
    "Set tags",
    params=NewTags,
    bulk=False,
    virsh=lambda d, p: (
        "metadata",
        *at(d),
        "--uri",
        tag_element.NAMESPACE,
        *scope_words(d),
        *(("--key", tag_element.PREFIX, "--set", tag_element.build(p.tags)) if p.tags else ("--remove",)),
    ),
)
def set_tags(dom: libvirt.virDomain, new: NewTags) -> None:
    """Replace the tags, which are kept in the domain's own metadata and travel with it."""
    _write_tags(dom, new.tags)


def _write_tags(dom: libvirt.virDomain, tags: Collection[str]) -> None:
    element = tag_element.build(tags) if tags else None
    kind = libvirt.VIR_DOMAIN_METADATA_ELEMENT
    dom.setMetadata(kind, element, tag_element.PREFIX, tag_element.NAMESPACE, _scope(dom))


def _read_tags(dom: libvirt.virDomain) -> tuple[str, ...]:
    """Those of the saved definition, or of the running guest where there is no other."""
    scope = libvirt.VIR_DOMAIN_AFFECT_CONFIG if dom.isPersistent() else libvirt.VIR_DOMAIN_AFFECT_LIVE
    try:
        return tag_element.parse(
            dom.metadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, tag_element.NAMESPACE, scope)
        )
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN_METADATA:
            raise
        return ()


class TagChange(NamedTuple):
    add: Annotated[tuple[str, ...], Param("Add", kind="words", hint=_WORDS)] = ()
    remove: Annotated[tuple[str, ...], Param("Remove", kind="words")] = ()


@action("Add or remove tags", params=TagChange)
def change_tags(dom: libvirt.virDomain, change: TagChange) -> None:
    """Add tags and remove some, and leave the others as they are."""
    if not change.add and not change.remove:
        raise ValueError("there is no tag to add or remove")
    before = set(_read_tags(dom))
    after = (before | set(change.add)) - set(change.remove)
    if after != before:
        _write_tags(dom, after)


_EVENTS = {
    "poweroff": libvirt.VIR_DOMAIN_LIFECYCLE_POWEROFF,
    "reboot": libvirt.VIR_DOMAIN_LIFECYCLE_REBOOT,
    "crash": libvirt.VIR_DOMAIN_LIFECYCLE_CRASH,
}
_POLICIES = {
    "destroy": libvirt.VIR_DOMAIN_LIFECYCLE_ACTION_DESTROY,
    "restart": libvirt.VIR_DOMAIN_LIFECYCLE_ACTION_RESTART,
    "rename-restart": libvirt.VIR_DOMAIN_LIFECYCLE_ACTION_RESTART_RENAME,
    "preserve": libvirt.VIR_DOMAIN_LIFECYCLE_ACTION_PRESERVE,
    "coredump-destroy": libvirt.VIR_DOMAIN_LIFECYCLE_ACTION_COREDUMP_DESTROY,
    "coredump-restart": libvirt.VIR_DOMAIN_LIFECYCLE_ACTION_COREDUMP_RESTART,
}


class Policy(NamedTuple):
    event: Annotated[
        str,
        Param(
            "When the guest",
            kind="choice",
            choices=(("poweroff", "powers off"), ("reboot", "reboots"), ("crash", "crashes")),
        ),
    ] = "crash"
    policy: Annotated[
        str,
        Param(
            "the host shall",
            kind="choice",
            choices=(
                ("destroy", "stop it"),
                ("restart", "start it again"),
                ("preserve", "keep it as it is, for analysis"),
                ("rename-restart", "start it again under a new name"),
                ("coredump-destroy", "dump its core and stop it (crash only)"),
                ("coredump-restart", "dump its core and start it again (crash only)"),
            ),
        ),
    ] = "restart"


@action(
    "Set lifecycle policy",
    params=Policy,
    virsh=lambda d, p: (
        "set-lifecycle-action",
        *at(d),
        "--type",
        p.event,
        "--action",
        p.policy,
        *scope_words(d),
    ),
)
def set_policy(dom: libvirt.virDomain, new: Policy) -> None:
    """Choose what happens when the guest powers off, reboots or crashes."""
    dom.setLifecycleAction(_EVENTS[new.event], _POLICIES[new.policy], _scope(dom))


class Undefine(NamedTuple):
    managed_save: Annotated[bool, Param("Remove its saved state too", kind="flag")] = False
    snapshots: Annotated[bool, Param("Forget its snapshots (metadata only)", kind="flag")] = False
    checkpoints: Annotated[bool, Param("Forget its checkpoints (metadata only)", kind="flag")] = False
    nvram: Annotated[
        str,
        Param(
            "UEFI variables",
            kind="choice",
            choices=(
                ("", "let libvirt refuse if there are any"),
                ("keep", "keep the file"),
                ("remove", "remove the file"),
            ),
        ),
    ] = ""
    tpm: Annotated[
        str,
        Param(
            "TPM state",
            kind="choice",
            choices=(("", "as the definition says"), ("keep", "keep"), ("remove", "remove")),
        ),
    ] = ""

    def flags(self) -> int:
        """Raises ValueError where this libvirt is too old for a choice."""
        flags = flags_of(
            {
                libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE: self.managed_save,
                libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA: self.snapshots,
                libvirt.VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA: self.checkpoints,
                libvirt.VIR_DOMAIN_UNDEFINE_NVRAM: self.nvram == "remove",
                libvirt.VIR_DOMAIN_UNDEFINE_KEEP_NVRAM: self.nvram == "keep",
            }
        )
        if self.tpm:
            name = "VIR_DOMAIN_UNDEFINE_TPM" if self.tpm == "remove" else "VIR_DOMAIN_UNDEFINE_KEEP_TPM"
            flag = getattr(libvirt, name, None)
            if flag is None:
                raise ValueError(
                    "this libvirt cannot choose what becomes of the TPM state; it needs 8.9 or newer"
                )
            flags |= flag
        return flags

    def words(self) -> tuple[str, ...]:
        chosen = {
            "--managed-save": self.managed_save,
            "--snapshots-metadata": self.snapshots,
            "--checkpoints-metadata": self.checkpoints,
            "--nvram": self.nvram == "remove",
            "--keep-nvram": self.nvram == "keep",
            "--tpm": self.tpm == "remove",
            "--keep-tpm": self.tpm == "keep",
        }
        return tuple(word for word, on in chosen.items() if on)


@action(
    "Remove the definition",
    key="x",
    when=(PERSISTENT,),
    confirm="Remove the definition of {name} from {host}? No disk is touched; a running guest goes on until"
    " it stops. The definition is kept in the local history.",
    danger=True,
    params=Undefine,
    losses=(
        Loss[Domain](
            lambda d, p: p.managed_save and d.managed_save,
            "The saved state of {name} is removed too: what was in the guest's memory is lost.",
        ),
        Loss[Domain](
            lambda _domain, p: p.nvram == "remove",
            "The UEFI variables of {name} are removed too: boot entries and enrolled keys are lost.",
        ),
        Loss[Domain](
            lambda _domain, p: p.tpm == "remove",
            "The TPM of {name} is removed too: what was sealed with it, such as keys of disks, is lost.",
        ),
    ),
    replaces_definition=True,
    virsh=lambda d, p: ("undefine", *at(d), *p.words()),
)
def undefine(dom: libvirt.virDomain, options: Undefine) -> None:
    """Remove the saved definition, never a disk."""
    flags = options.flags()
    if flags:
        dom.undefineFlags(flags)
    else:
        dom.undefine()
