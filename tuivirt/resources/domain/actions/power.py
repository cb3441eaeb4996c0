"""Starting, stopping and pausing."""

from typing import Annotated, NamedTuple

import libvirt

from tuivirt.core.action import Loss, Param
from tuivirt.resources.domain.actions.base import (
    ACTIVE,
    ANSWERING,
    ASLEEP,
    INACTIVE,
    PAUSED,
    RUNNING,
    VANISHES,
    action,
    at,
    flags_of,
)
from tuivirt.resources.domain.snapshot import Domain


@action(
    "Start",
    key="s",
    when=(INACTIVE,),
    virsh=lambda d: ("start", *at(d)),
)
def start(dom: libvirt.virDomain) -> None:
    """Boot the domain, or resume it from its saved state when it has one."""
    dom.create()


class StartOptions(NamedTuple):
    paused: Annotated[bool, Param("Start paused", kind="flag")] = False
    force_boot: Annotated[bool, Param("Discard the saved state and boot", kind="flag")] = False
    bypass_cache: Annotated[bool, Param("Bypass the file system cache", kind="flag")] = False
    reset_nvram: Annotated[bool, Param("Reset the UEFI variables", kind="flag")] = False

    def words(self) -> tuple[str, ...]:
        chosen = {
            "--paused": self.paused,
            "--force-boot": self.force_boot,
            "--bypass-cache": self.bypass_cache,
            "--reset-nvram": self.reset_nvram,
        }
        return tuple(word for word, on in chosen.items() if on)


@action(
    "Start with options",
    when=(INACTIVE,),
    params=StartOptions,
    losses=(
        Loss[Domain](
            lambda d, p: p.force_boot and d.managed_save,
            "The saved state of {name} on {host} is discarded: what was in the guest's memory is lost.",
        ),
        Loss[Domain](
            lambda _domain, p: p.reset_nvram,
            "The UEFI variables of {name} on {host} are reset: boot entries and enrolled keys are lost.",
        ),
    ),
    virsh=lambda d, p: ("start", *at(d), *p.words()),
)
def start_with(dom: libvirt.virDomain, options: StartOptions) -> None:
    """Start paused, without the saved state, bypassing the cache or with fresh UEFI variables."""
    flags = flags_of(
        {
            libvirt.VIR_DOMAIN_START_PAUSED: options.paused,
            libvirt.VIR_DOMAIN_START_BYPASS_CACHE: options.bypass_cache,
            libvirt.VIR_DOMAIN_START_RESET_NVRAM: options.reset_nvram,
        }
    )
    if options.force_boot:
        try:
            dom.createWithFlags(flags | libvirt.VIR_DOMAIN_START_FORCE_BOOT)
        except libvirt.libvirtError as error:
            if error.get_error_code() not in {libvirt.VIR_ERR_NO_SUPPORT, libvirt.VIR_ERR_INVALID_ARG}:
                raise
        else:
            return
        # A driver that does not know the flag; virsh does the same then.
        if dom.hasManagedSaveImage():
            dom.managedSaveRemove()
    dom.createWithFlags(flags)


def _always(_params: object) -> bool:
    return True


@action("Shut down", key="d", when=(ANSWERING,), ends=_always, virsh=lambda d: ("shutdown", *at(d)))
def shutdown(dom: libvirt.virDomain) -> None:
    """Ask the guest to shut down, in the way the hypervisor prefers."""
    dom.shutdown()


_SHUTDOWN_MODES = {
    "acpi": libvirt.VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN,
    "agent": libvirt.VIR_DOMAIN_SHUTDOWN_GUEST_AGENT,
    "initctl": libvirt.VIR_DOMAIN_SHUTDOWN_INITCTL,
    "signal": libvirt.VIR_DOMAIN_SHUTDOWN_SIGNAL,
    "paravirt": libvirt.VIR_DOMAIN_SHUTDOWN_PARAVIRT,
}
_MODE_CHOICES = (
    ("acpi", "ACPI power button"),
    ("agent", "guest agent"),
    ("initctl", "initctl (containers)"),
    ("signal", "signal to init (containers)"),
    ("paravirt", "paravirtual control (Xen)"),
)


class GuestMode(NamedTuple):
    mode: Annotated[str, Param("How", kind="choice", choices=_MODE_CHOICES)] = "acpi"


@action(
    "Shut down by …",
    when=(ANSWERING,),
    ends=_always,
    params=GuestMode,
    virsh=lambda d, p: ("shutdown", *at(d), "--mode", p.mode),
)
def shutdown_by(dom: libvirt.virDomain, options: GuestMode) -> None:
    """Ask the guest to shut down in a chosen way: ACPI, agent, initctl, signal or paravirtual."""
    dom.shutdownFlags(_SHUTDOWN_MODES[options.mode])


@action("Reboot", key="r", when=(ANSWERING,), virsh=lambda d: ("reboot", *at(d)))
def reboot(dom: libvirt.virDomain) -> None:
    """Ask the guest to reboot, in the way the hypervisor prefers."""
    dom.reboot(0)


_REBOOT_MODES = {
    "acpi": libvirt.VIR_DOMAIN_REBOOT_ACPI_POWER_BTN,
    "agent": libvirt.VIR_DOMAIN_REBOOT_GUEST_AGENT,
    "initctl": libvirt.VIR_DOMAIN_REBOOT_INITCTL,
    "signal": libvirt.VIR_DOMAIN_REBOOT_SIGNAL,
    "paravirt": libvirt.VIR_DOMAIN_REBOOT_PARAVIRT,
}


@action(
    "Reboot by …",
    when=(ANSWERING,),
    params=GuestMode,
    virsh=lambda d, p: ("reboot", *at(d), "--mode", p.mode),
)
def reboot_by(dom: libvirt.virDomain, options: GuestMode) -> None:
    """Ask the guest to reboot in a chosen way."""
    dom.reboot(_REBOOT_MODES[options.mode])


@action(
    "Reset",
    key="R",
    when=(ACTIVE,),
    confirm="Reset {name} on {host}? It is like the reset button: unsaved work in the guest is lost.",
    danger=True,
    virsh=lambda d: ("reset", *at(d)),
)
def reset(dom: libvirt.virDomain) -> None:
    """Press the reset button: the guest starts anew without being asked."""
    dom.reset(0)


_OFF_LOSS = "It is like pulling the plug: unsaved work in the guest is lost"


@action(
    "Force off",
    key="D",
    when=(ACTIVE,),
    confirm=_OFF_LOSS + ". Force {name} on {host} off?",
    danger=True,
    urgent=True,
    losses=(VANISHES,),
    ends=_always,
    virsh=lambda d: ("destroy", *at(d)),
)
def destroy(dom: libvirt.virDomain) -> None:
    """Pull the plug. A transient domain vanishes with it; no disk is touched."""
    dom.destroy()


@action(
    "Force off gracefully",
    when=(ACTIVE,),
    confirm=_OFF_LOSS + ", but its disks are flushed first. Force {name} on {host} off?",
    danger=True,
    urgent=True,
    losses=(VANISHES,),
    ends=_always,
    virsh=lambda d: ("destroy", *at(d), "--graceful"),
)
def destroy_graceful(dom: libvirt.virDomain) -> None:
    """Pull the plug, but give up rather than kill when the hypervisor does not end by itself."""
    dom.destroyFlags(libvirt.VIR_DOMAIN_DESTROY_GRACEFUL)


@action("Pause", key="p", when=(RUNNING,), virsh=lambda d: ("suspend", *at(d)))
def suspend(dom: libvirt.virDomain) -> None:
    """Stop the guest's processors; it keeps its memory."""
    dom.suspend()


@action("Resume", key="p", when=(PAUSED,), virsh=lambda d: ("resume", *at(d)))
def resume(dom: libvirt.virDomain) -> None:
    """Let a paused guest go on."""
    dom.resume()


@action(
    "Wake up",
    when=(ASLEEP,),
    virsh=lambda d: ("dompmwakeup", *at(d)),
)
def wakeup(dom: libvirt.virDomain) -> None:
    """Wake a guest from power-management sleep."""
    dom.pMWakeup(0)
