"""Whatever happens to domains while the fleet listens, the store equals libvirt afterwards."""

import tempfile
from pathlib import Path

import libvirt
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from lxml import etree

from tests.support.headless import Headless
from tests.support.hosts import HostDomain, uuid_of, write_host
from tuivirt.core.backend import Watch
from tuivirt.resources.domain.actions.definition import NewName, Undefine
from tuivirt.resources.domain.read import list_all

HOSTS = ("a", "b")
"""Two hosts with the same names and UUIDs."""
NAMES = ("one", "two", "three", "four")
METHODS = ("create", "destroy", "suspend", "resume", "undefine", "shutdown")
"""Not ``reboot``: of it the test driver sends no event."""
ACTIONS = ("start", "destroy", "suspend", "resume", "reboot", "undefine", "rename")
hosts = st.sampled_from(HOSTS)
names = st.sampled_from(NAMES)
titles = st.sampled_from(("", "T", "[red]x", "\u202e"))


def definition(name: str, title: str, called: str | None = None) -> str:
    """The definition of the domain that began as ``name``, which may have another name by now."""
    root = etree.Element("domain", type="test")
    for tag, text in (
        ("name", called or name),
        ("uuid", uuid_of(name)),
        ("title", title),
        ("memory", "1024"),
    ):
        if text:
            etree.SubElement(root, tag).text = text
    etree.SubElement(etree.SubElement(root, "os"), "type").text = "hvm"
    return etree.tostring(root, encoding="unicode")


class HostMachine(RuleBasedStateMachine):
    """Calls that libvirt refuses are part of it: what counts is what is there in the end."""

    @initialize()
    def open(self) -> None:
        self.directory = tempfile.TemporaryDirectory()
        self.app = Headless(stats_interval=0.01)
        self.renamed = 0
        for host in HOSTS:
            path = Path(self.directory.name) / f"{host}.xml"
            states = {"one": "running", "two": "shutoff", "three": "paused"}
            content = [HostDomain(name, state=state) for name, state in states.items()]
            self.app.open(write_host(path, content), host)
        self.look()

    def look(self) -> None:
        """All definitions are wanted, and the counters of all: readings of every kind go on meanwhile."""
        watch = Watch(stats=True, groups=frozenset({"cpu"}), everyone=True, complete=True)
        self.app.fleet.watch(dict.fromkeys(HOSTS, watch))

    def find(self, host: str, name: str) -> libvirt.virDomain | None:
        try:
            return self.app.libvirt(host).lookupByUUIDString(uuid_of(name))
        except libvirt.libvirtError:
            return None

    def do(self, host: str, name: str, method: str, *arguments: object) -> None:
        """Call a method of a domain, if it is there; what is refused changes nothing."""
        if (dom := self.find(host, name)) is not None:
            try:
                getattr(dom, method)(*arguments)
            except libvirt.libvirtError as error:
                if error.get_error_code() not in REFUSALS:
                    raise

    @rule(host=hosts, name=names, title=titles)
    def define(self, host: str, name: str, title: str) -> None:
        dom = self.find(host, name)
        self.app.libvirt(host).defineXML(definition(name, title, dom.name() if dom else name))

    @rule(host=hosts, name=names)
    def create_transient(self, host: str, name: str) -> None:
        if self.find(host, name) is None:
            self.app.libvirt(host).createXML(definition(name, "passing"))

    @rule(host=hosts, name=names, method=st.sampled_from(METHODS))
    def change(self, host: str, name: str, method: str) -> None:
        self.do(host, name, method)

    @rule(host=hosts, name=names)
    def save_and_come_back(self, host: str, name: str) -> None:
        self.do(host, name, "managedSave", 0)
        self.do(host, name, "create")

    @rule(host=hosts, name=names, title=titles)
    def retitle(self, host: str, name: str, title: str) -> None:
        dom = self.find(host, name)
        if dom is not None and dom.isPersistent():
            which, scope = libvirt.VIR_DOMAIN_METADATA_TITLE, libvirt.VIR_DOMAIN_AFFECT_CONFIG
            self.do(host, name, "setMetadata", which, title or None, None, None, scope)

    @rule(host=hosts, name=names)
    def rename(self, host: str, name: str) -> None:
        self.renamed += 1
        self.do(host, name, "rename", f"{name}-{self.renamed}", 0)

    @rule(host=hosts, name=names)
    def ten_changes_in_a_burst(self, host: str, name: str) -> None:
        for _ in range(5):
            self.do(host, name, "create")
            self.do(host, name, "destroy")

    @rule(host=hosts, start=st.booleans())
    def everything_at_once(self, host: str, start: bool) -> None:
        for name in NAMES:
            self.do(host, name, "create" if start else "destroy")

    @rule(host=hosts, name=names)
    def vanish_and_return(self, host: str, name: str) -> None:
        """Gone between its event, or the list, and its reading, and there again as another."""
        dom = self.find(host, name)
        if dom is None:
            return
        xml = definition(name, "anew", dom.name())
        self.do(host, name, "undefineFlags", libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE)
        self.do(host, name, "destroy")
        self.app.libvirt(host).defineXML(xml)

    @rule(host=hosts)
    def refresh(self, host: str) -> None:
        self.app.fleet.refresh(host)

    @rule(host=hosts)
    def reopen(self, host: str) -> None:
        """The test driver forgets its host with its last connection: what was there before must be gone."""
        self.app.fleet.disconnect(host)
        self.app.connect(host)
        self.look()

    @rule(host=hosts, name=names, action=st.sampled_from(ACTIONS))
    def act(self, host: str, name: str, action: str) -> None:
        """The user acts on what is on the screen, which may be old."""
        self.app.pump()
        for record in self.app.records(host).values():
            if record.item.uuid == uuid_of(name):
                self.renamed += 1
                params = {"undefine": Undefine(), "rename": NewName(f"{name}-{self.renamed}")}.get(action)
                self.app.perform(f"domain.{action}", record.item.name, params=params, host=host)

    @precondition(lambda self: hasattr(self, "app"))
    @rule()
    def settle(self) -> None:
        for host in HOSTS:
            self.app.until(lambda host=host: self.equal(host), f"the store equals {host}")  # type: ignore[misc]

    def equal(self, host: str) -> bool:
        """The same domains with the same facts, their titles and sizes included; no row busy."""
        domains, handles = list_all(self.app.libvirt(host), host)
        records = {record.item.uuid: record for record in self.app.records(host).values()}
        return {record.item for record in records.values()} == set(domains) and all(
            record.title == title_of(handles[uuid]) and record.run is None and record.vcpus == 1
            for uuid, record in records.items()
        )

    def teardown(self) -> None:
        if hasattr(self, "app"):
            try:
                self.settle()
                for host in HOSTS:
                    assert self.app.store.connections[host].phase == "open"
                    count = self.app.store.counts[host, "domain"]
                    assert count.total == len(self.app.records(host))
            finally:
                self.app.fleet.close()
                self.directory.cleanup()


def title_of(dom: libvirt.virDomain) -> str:
    root = etree.fromstring(dom.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))
    return (root.findtext("title") or "").strip()


REFUSALS = {
    libvirt.VIR_ERR_OPERATION_INVALID,
    libvirt.VIR_ERR_INTERNAL_ERROR,
    libvirt.VIR_ERR_NO_DOMAIN,
    libvirt.VIR_ERR_INVALID_ARG,
    libvirt.VIR_ERR_OPERATION_FAILED,
}

TestHosts = HostMachine.TestCase
TestHosts.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
