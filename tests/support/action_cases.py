"""What every action does on libvirt's test driver."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import libvirt

from tests.support.hosts import HostDomain
from tuivirt.core.action import param_fields
from tuivirt.resources.domain.actions import definition, guest, memory, power
from tuivirt.resources.domain.snapshot import State
from tuivirt.resources.domain.tags import NAMESPACE

DOMAINS = [
    HostDomain("web01", state="running", title="The front", description="one\ntwo"),
    HostDomain("web02", state="paused"),
    HostDomain("db01", state="shutoff"),
    HostDomain("batch01", state="running", persistent=False),
    HostDomain("saved01", state="shutoff", managed_save=True),
    HostDomain("asleep01", state="pmsuspended"),
    HostDomain("crashed01", state="crashed"),
]


def state_of(dom: libvirt.virDomain) -> State:
    return State.of(dom.state()[0])


def running(dom: libvirt.virDomain) -> bool:
    return state_of(dom) is State.RUNNING


def off(dom: libvirt.virDomain) -> bool:
    return state_of(dom) is State.SHUTOFF


def paused(dom: libvirt.virDomain) -> bool:
    return state_of(dom) is State.PAUSED


def tagged(dom: libvirt.virDomain) -> bool:
    text = dom.metadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, NAMESPACE)
    return text == "<tags>\n  <tag>a&amp;b</tag>\n  <tag>web</tag>\n</tags>"


def text_of(which: int) -> Callable[[libvirt.virDomain], str]:
    return lambda dom: dom.metadata(which, None)


title = text_of(libvirt.VIR_DOMAIN_METADATA_TITLE)
description = text_of(libvirt.VIR_DOMAIN_METADATA_DESCRIPTION)


@dataclass(frozen=True)
class Case:
    """An action on one domain and what is true of it afterwards, or libvirt's words of refusal."""

    action: str
    name: str
    params: object = None
    seen: Callable[[libvirt.virDomain], bool] = lambda _dom: True
    error: str = ""
    first: tuple[str, ...] = ()
    """Actions that come before it."""
    vanishes: bool = False
    """It is gone afterwards."""
    becomes: str = ""
    """Its name afterwards, where that changes."""

    @property
    def id(self) -> str:
        chosen = (
            [
                f"{field.name}={value}"
                for field in param_fields(type(self.params))
                if (value := getattr(self.params, field.name)) != field.default
            ]
            if self.params is not None
            else []
        )
        return " ".join([self.action, self.name, *chosen])


FILE = "FILE"
"""Stands for a path in the test's own directory."""


def refused(flags: int, function: str) -> str:
    return f"unsupported flags (0x{flags:x}) in function testDomain{function}"


def with_file(params: Any, path: Path) -> Any:
    return params._replace(path=str(path)) if getattr(params, "path", None) == FILE else params


CASES = (
    Case("domain.start", "db01", seen=running),
    Case("domain.start", "saved01", seen=lambda d: running(d) and not d.hasManagedSaveImage()),
    Case("domain.start_with", "db01", power.StartOptions(), running),
    Case("domain.start_with", "db01", power.StartOptions(paused=True), off, refused(1, "CreateWithFlags")),
    Case(
        "domain.start_with", "db01", power.StartOptions(bypass_cache=True), off, refused(4, "CreateWithFlags")
    ),
    Case(
        "domain.start_with",
        "saved01",
        power.StartOptions(force_boot=True),
        lambda d: running(d) and not d.hasManagedSaveImage(),
    ),
    Case(
        "domain.start_with", "db01", power.StartOptions(reset_nvram=True), off, refused(32, "CreateWithFlags")
    ),
    Case("domain.shutdown", "web01", seen=off),
    Case("domain.shutdown", "batch01", vanishes=True),
    Case("domain.shutdown_by", "web01", power.GuestMode("agent"), running, refused(2, "ShutdownFlags")),
    Case("domain.reboot", "web01", seen=running),
    Case("domain.reboot_by", "web01", power.GuestMode("agent"), running),
    Case("domain.reset", "web01", seen=running),
    Case("domain.destroy", "web01", seen=off),
    Case("domain.destroy", "web02", seen=off),
    Case("domain.destroy", "batch01", vanishes=True),
    Case("domain.destroy_graceful", "web01", seen=off),
    Case("domain.suspend", "web01", seen=paused),
    Case("domain.resume", "web02", seen=running),
    Case(
        "domain.wakeup",
        "asleep01",
        error="this function is not supported by the connection driver: virDomainPMWakeup",
    ),
    Case("domain.managed_save", "web01", seen=lambda d: off(d) and bool(d.hasManagedSaveImage())),
    Case("domain.managed_save_remove", "saved01", seen=lambda d: not d.hasManagedSaveImage()),
    Case("domain.save", "web01", memory.SaveTo(FILE), off),
    Case("domain.save", "web01", memory.SaveTo(FILE, bypass_cache=True), running, refused(1, "SaveFlags")),
    Case("domain.dump", "web01", memory.DumpTo(FILE, memory_only=False), running),
    Case("domain.dump", "web01", memory.DumpTo(FILE, memory_only=False, after="crash"), off),
    Case("domain.dump", "web01", memory.DumpTo(FILE), running, refused(16, "CoreDumpWithFormat")),
    Case("domain.autostart_on", "db01", seen=lambda d: bool(d.autostart())),
    Case("domain.autostart_off", "web01", seen=lambda d: not d.autostart(), first=("domain.autostart_on",)),
    Case("domain.rename", "db01", definition.NewName("db02"), lambda d: d.name() == "db02", becomes="db02"),
    Case(
        "domain.rename",
        "db01",
        definition.NewName("web01"),
        off,
        "Requested operation is not valid: domain with name 'web01' already exists",
    ),
    Case(
        "domain.set_title",
        "web01",
        definition.NewTitle("--a 'new' \"one\""),
        lambda d: title(d) == "--a 'new' \"one\"",
    ),
    Case("domain.set_title", "web01", definition.NewTitle(""), lambda d: "<title>" not in d.XMLDesc()),
    Case("domain.set_title", "db01", definition.NewTitle("x"), lambda d: title(d) == "x"),
    Case(
        "domain.set_description",
        "web01",
        definition.NewDescription("a\nb"),
        lambda d: description(d) == "a\nb",
    ),
    Case(
        "domain.set_description",
        "web01",
        definition.NewDescription(""),
        lambda d: "<description>" not in d.XMLDesc(),
    ),
    Case("domain.set_tags", "web01", definition.NewTags(("web", "a&b", "web")), tagged),
    Case("domain.set_tags", "batch01", definition.NewTags(("web", "a&b")), tagged),
    Case(
        "domain.set_policy",
        "web01",
        definition.Policy("crash", "preserve"),
        lambda d: "<on_crash>preserve" in d.XMLDesc(),
    ),
    Case("domain.undefine", "db01", definition.Undefine(), vanishes=True),
    Case("domain.undefine", "web01", definition.Undefine(), lambda d: running(d) and not d.isPersistent()),
    Case(
        "domain.undefine",
        "saved01",
        definition.Undefine(),
        off,
        "Requested operation is not valid: Refusing to undefine while domain managed save image exists",
    ),
    Case("domain.undefine", "saved01", definition.Undefine(managed_save=True), vanishes=True),
    Case("domain.send_keys", "web01", guest.Keys(), running),
    Case("domain.inject_nmi", "web01", seen=running),
)
