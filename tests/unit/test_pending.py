"""What the next boot changes, on definitions of real domains and on small ones.

``tests/data/pending`` has pairs that libvirt 9.0 with QEMU 7.2 gave: ``NAME.live.xml`` and ``NAME.saved.xml``
of a domain right after its start, and ``NAME+CHANGE.*.xml`` after something was done to it with virsh.
"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.corpus import domain_files
from tuivirt.resources.domain.pending import PendingChange, compare, pending_changes

FOLDER = Path(__file__).parents[1] / "data" / "pending"
FRESH = ("guest", "maxcpu", "micro", "minimal", "pc32", "server")


def pair(name: str) -> tuple[str, str]:
    """The live and the saved definition; a change that left one as it was has no file for it."""
    base = name.partition("+")[0]

    def read(which: str) -> str:
        changed = FOLDER / f"{name}.{which}.xml"
        return (changed if changed.exists() else FOLDER / f"{base}.{which}.xml").read_text(encoding="utf-8")

    return read("live"), read("saved")


def told(live: str, saved: str) -> list[tuple[str, str]]:
    return [(change.path, change.words) for change in pending_changes(live, saved)]


@pytest.mark.parametrize("name", FRESH)
def test_nothing_is_pending_right_after_the_start(name: str) -> None:
    assert told(*pair(name)) == []
    compared = compare(*pair(name))
    assert compared.live == compared.saved


def test_a_balloon_that_has_not_moved_yet_looks_like_a_change() -> None:
    """Told to run with half of its memory, but paused before its first instruction: nobody can tell."""
    assert told(*pair("desktop")) == [("currentMemory", "256 MiB → 128 MiB")]


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("guest+setmem", [("currentMemory", "192 MiB → 50 MiB")]),
        ("guest+title", [("title", "added: NewTitle")]),
        ("guest+tags", [("metadata", "added: x:tags x:tag a")]),
        ("guest+boot", [("os/boot", "hd → cdrom, hd")]),
        ("guest+cache", [("disk[vda]/driver/@cache", "added: none")]),
        ("guest+disk", [("disk[vdx]", "added: vdx  virtio  raw  /var/lib/libvirt/images/b.raw")]),
        ("guest+scsidisk", [("disk[sdx]", "added: sdx  scsi  raw  /var/lib/libvirt/images/b.raw")]),
        ("guest+nodisk", [("disk[vda]", "removed: vda  virtio  qcow2  /var/lib/libvirt/images/guest.qcow2")]),
        ("guest+nic", [("interface[52:54:00:…]", "added: network  lab  virtio  52:54:00:…")]),
        ("guest+nonic", [("interface[52:54:00:…]", "removed: network  lab  virtio  52:54:00:…  vnet1")]),
        ("guest+link", [("interface[52:54:00:…]/link", "added: state down")]),
        (
            "guest+lifecycle",
            [("features/pvspinlock", "added: state on"), ("on_crash", "destroy → preserve")],
        ),
        ("guest+hotboth", []),
        ("guest+hotnic", [("interface[52:54:00:…]", "removed: network  lab  virtio  52:54:00:…  vnet2")]),
        (
            "guest+hotscsi",
            [
                ("disk[sdb]", "removed: sdb  scsi  raw  /var/lib/libvirt/images/guesty.raw"),
                ("interface[52:54:00:…]", "removed: network  lab  virtio  52:54:00:…  vnet2"),
            ],
        ),
        ("maxcpu+setvcpus", [("vcpu/@current", "3 → 2")]),
        ("maxcpu+setmaxmem", [("memory", "64 MiB → 300 MiB")]),
        ("maxcpu+cpu", [("cpu", "maximum → custom  Westmere")]),
        ("maxcpu+disk", [("disk[vdx]", "added: vdx  virtio  raw  /var/lib/libvirt/images/b.raw")]),
        ("maxcpu+scsidisk", [("disk[sdx]", "added: sdx  scsi  raw  /var/lib/libvirt/images/b.raw")]),
        ("maxcpu+hotscsi", [("disk[sdb]", "removed: sdb  scsi  raw  /var/lib/libvirt/images/maxcpuy.raw")]),
        ("server+disk", [("disk[vdx]", "added: vdx  virtio  raw  /var/lib/libvirt/images/b.raw")]),
        ("server+scsidisk", [("disk[sdx]", "added: sdx  scsi  raw  /var/lib/libvirt/images/b.raw")]),
        ("server+hotboth", []),
        ("minimal+setvcpus", [("vcpu/@current", "1 → 2"), ("vcpu", "1 → 3")]),
    ],
)
def test_what_virsh_changed(name: str, changes: list[tuple[str, str]]) -> None:
    assert [(_no_mac(path), _no_mac(words)) for path, words in told(*pair(name))] == changes


def _no_mac(text: str) -> str:
    """MAC addresses are libvirt's choice."""
    head, found, tail = text.partition("52:54:00:")
    return f"{head}{found}…{_no_mac(tail[8:])}" if found else head


@pytest.mark.parametrize("path", domain_files(), ids=lambda path: path.stem)
def test_a_definition_does_not_differ_from_itself(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    compared = compare(text, text)
    assert compared.changes == ()
    assert compared.live == compared.saved


@pytest.mark.parametrize("path", domain_files(), ids=lambda path: path.stem)
@pytest.mark.parametrize("other", ["minimal", "everything"])
def test_any_two_definitions_can_be_compared(path: Path, other: str) -> None:
    text = path.read_text(encoding="utf-8")
    saved = domain() if other == "minimal" else pair("desktop")[1]
    for change in (*pending_changes(text, saved), *pending_changes(saved, text)):
        assert change.path
        assert change.live != change.saved


def domain(inner: str = "", *, beside: str = "", **attributes: str) -> str:
    told = "".join(f" {name}='{value}'" for name, value in attributes.items())
    return f"<domain type='kvm'{told}><name>a</name>{beside}<devices>{inner}</devices></domain>"


FULL = "match='exact' check='full'"


@pytest.mark.parametrize(
    ("live", "saved", "changes"),
    [
        # A wanted model, worked out.
        (f"<cpu mode='custom' {FULL}><model>EPYC</model></cpu>", "<cpu mode='host-model'/>", []),
        (
            f"<cpu mode='custom' {FULL}><model>EPYC</model><topology cores='2'/></cpu>",
            "<cpu mode='host-model'><topology cores='4'/></cpu>",
            [("cpu/topology/@cores", "2 → 4")],
        ),
        (
            (
                f"<cpu mode='custom' {FULL}><model fallback='forbid'>A</model><vendor>x</vendor>"
                "<feature policy='require' name='hypervisor'/></cpu>"
            ),
            "<cpu mode='custom' check='partial'><model fallback='allow'>A</model></cpu>",
            [],
        ),
        (
            f"<cpu mode='custom' {FULL}><model>A</model></cpu>",
            "<cpu mode='custom'><model>B</model></cpu>",
            [("cpu/model", "A → B")],
        ),
        (
            f"<cpu mode='custom' {FULL}><model>Resolved</model></cpu>",
            "<cpu mode='custom' match='minimum'><model>Least</model></cpu>",
            [],
        ),
        (
            "<cpu mode='host-passthrough'/>",
            "<cpu mode='host-model'/>",
            [("cpu", "host-passthrough → host-model")],
        ),
        # Features that come to the same, and one that does not.
        (
            (
                f"<cpu mode='custom' {FULL}><model>A</model><feature policy='require' name='x'/>"
                "<feature policy='disable' name='y'/><feature policy='disable' name='z'/></cpu>"
            ),
            (
                "<cpu mode='custom'><model>A</model><feature policy='force' name='x'/>"
                "<feature policy='forbid' name='y'/><feature policy='optional' name='z'/></cpu>"
            ),
            [],
        ),
        (
            f"<cpu mode='custom' {FULL}><model>A</model><feature policy='require' name='x'/></cpu>",
            "<cpu mode='custom'><model>A</model><feature policy='disable' name='x'/></cpu>",
            [("cpu/feature[x]/@policy", "require → disable")],
        ),
        (f"<cpu mode='custom' {FULL}><model>A</model></cpu>", "", []),
        ("<cpu mode='host-passthrough'/>", "", [("cpu", "removed: host-passthrough")]),
        # What is made up at the start.
        ("<resource><partition>/machine</partition></resource>", "", []),
        ("<seclabel type='dynamic' model='dac'><label>+1:+1</label></seclabel>", "", []),
        (
            "<seclabel type='dynamic' model='dac' relabel='yes'><label>+1:+1</label></seclabel>",
            "<seclabel type='dynamic' model='dac' relabel='yes'/>",
            [],
        ),
        (
            "<seclabel type='static' model='dac'><label>a</label></seclabel>",
            "<seclabel type='static' model='dac'><label>b</label></seclabel>",
            [("seclabel[dac]/label", "a → b")],
        ),
        (
            (
                "<os firmware='efi'><type>hvm</type><loader type='pflash'>/f</loader>"
                "<nvram template='/t'>/n</nvram>"
                "<firmware><feature enabled='no' name='x'/></firmware></os>"
            ),
            "<os firmware='efi'><type>hvm</type></os>",
            [],
        ),
        (
            "<os><type>hvm</type><loader type='pflash'>/f</loader><nvram>/n</nvram></os>",
            "<os><type>hvm</type></os>",
            [("os/loader", "removed: type pflash, /f"), ("os/nvram", "removed: /n")],
        ),
        (
            "<clock offset='variable' adjustment='17' basis='utc'/>",
            "<clock offset='variable' adjustment='0' basis='localtime'/>",
            [],
        ),
        ("<clock offset='utc'/>", "<clock offset='localtime'/>", [("clock/@offset", "utc → localtime")]),
        ("<memory unit='KiB'>2048</memory>", "<memory unit='MiB'>2</memory>", []),
        (
            "<memory unit='KiB'>4194304</memory>",
            "<memory unit='KiB'>4194305</memory>",
            [("memory", "4194304 KiB → 4194305 KiB")],
        ),
        (
            "<memory>4096</memory><currentMemory>1024</currentMemory>",
            "<memory>4096</memory><currentMemory>4096</currentMemory>",
            [],
        ),
        ("<vcpu>4</vcpu>", "<vcpu current='2'>4</vcpu>", [("vcpu/@current", "4 → 2")]),
        (
            "<vcpu current='2'>4</vcpu><vcpus><vcpu id='0' enabled='yes' order='1'/></vcpus>",
            "<vcpu current='2'>4</vcpu>",
            [],
        ),
        (
            "<features><hyperv mode='custom'><vapic state='on'/></hyperv></features>",
            "<features><hyperv mode='passthrough'/></features>",
            [("features/hyperv/@mode", "custom → passthrough")],
        ),
    ],
)
def test_rules_beside_the_devices(live: str, saved: str, changes: list[tuple[str, str]]) -> None:
    assert told(domain(beside=live, id="3"), domain(beside=saved)) == changes


NIC = "<interface type='network'><mac address='52:54:00:00:00:01'/>"


@pytest.mark.parametrize(
    ("live", "saved", "changes"),
    [
        (
            (
                f"{NIC}<source network='n' portid='p' bridge='b'/><target dev='vnet12'/><alias name='net0'/>"
                "<address type='pci' slot='0x03'/></interface>"
            ),
            f"{NIC}<source network='n'/></interface>",
            [],
        ),
        (
            (
                "<interface type='direct'><mac address='52:54:00:00:00:01'/>"
                "<source network='n' dev='eth0' mode='bridge'><x/></source>"
                "<virtualport/><target dev='macvtap0'/>"
                "</interface>"
            ),
            f"{NIC}<source network='n'/></interface>",
            [],
        ),
        (
            f"{NIC}<source network='n'/><target dev='mine'/></interface>",
            f"{NIC}<source network='n'/></interface>",
            [("interface[52:54:00:00:00:01]/target", "removed: dev mine")],
        ),
        (
            f"{NIC}<source network='n'/></interface>",
            f"{NIC}<source network='m'/></interface>",
            [("interface[52:54:00:00:00:01]/source/@network", "n → m")],
        ),
        (
            f"{NIC}<source network='n'/></interface>",
            "<interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='br0'/></interface>",
            [
                (
                    "interface[52:54:00:00:00:01]",
                    "network  n  52:54:00:00:00:01 → bridge  br0  52:54:00:00:00:01",
                )
            ],
        ),
        (
            "<disk device='cdrom'><driver name='qemu'/><target dev='sda'/></disk>",
            "<disk device='cdrom'><driver name='qemu' type='raw'/><target dev='sda'/></disk>",
            [],
        ),
        (
            "<disk device='cdrom'><target dev='sda' tray='open'/></disk>",
            (
                "<disk device='cdrom'><source file='/gone.iso' startupPolicy='optional'/>"
                "<target dev='sda'/></disk>"
            ),
            [],
        ),
        (
            "<disk device='cdrom'><target dev='sda'/></disk>",
            "<disk device='cdrom'><source file='/a.iso'/><target dev='sda'/></disk>",
            [("disk[sda]/source", "added: /a.iso")],
        ),
        (
            (
                "<disk><driver cache='none'/><source file='/a' index='1'/>"
                "<backingStore/><target dev='vda'/><shareable/></disk>"
            ),
            "<disk><driver/><source file='/a'/><target dev='vda'/><shareable/></disk>",
            [],
        ),
        (
            "<disk><driver cache='none'/><target dev='vda'/></disk>",
            "<disk><driver/><target dev='vda'/></disk>",
            [("disk[vda]/driver/@cache", "removed: none")],
        ),
        (
            "<disk><source file='/a.TRANSIENT'/><target dev='vda'/><transient/></disk>",
            "<disk><source file='/a'/><target dev='vda'/><transient/></disk>",
            [],
        ),
        (
            "<disk><source file='/a'/><mirror job='copy'/><target dev='vda'/></disk>",
            "<disk><source file='/a'/><target dev='vda'/></disk>",
            [],
        ),
        (
            (
                "<graphics type='vnc' port='5901' autoport='yes' listen='127.0.0.1'>"
                "<listen type='address' address='127.0.0.1'/></graphics>"
            ),
            "<graphics type='vnc' port='-1' autoport='yes'><listen type='address'/></graphics>",
            [],
        ),
        (
            "<graphics type='vnc' port='5901' autoport='no'/>",
            "<graphics type='vnc' port='5902' autoport='no'/>",
            [("graphics[vnc]/@port", "5901 → 5902")],
        ),
        (
            (
                "<serial type='pty'><source path='/dev/pts/1'/><target port='0'/></serial>"
                "<console type='pty' tty='/dev/pts/1'><source path='/dev/pts/1'/>"
                "<target type='serial' port='0'/></console>"
            ),
            (
                "<serial type='pty'><target port='0'/></serial>"
                "<console type='pty'><target type='serial' port='0'/></console>"
            ),
            [],
        ),
        (
            (
                "<channel type='unix'><source mode='bind' path='/made/up'/>"
                "<target name='a' state='connected'/></channel>"
            ),
            "<channel type='unix'><target name='a'/></channel>",
            [],
        ),
        # Of several alike the one that went is found by its place.
        (
            (
                "<video><model type='qxl'/><address type='pci' slot='0x1'/></video>"
                "<video><model type='vga'/><address type='pci' slot='0x2'/></video>"
            ),
            "<video><model type='vga'/><address type='pci' slot='0x2'/></video>",
            [("video", "removed: qxl")],
        ),
        (
            "<rng model='virtio'/>",
            "<rng model='virtio'/><rng model='virtio'/>",
            [("rng", "added: virtio")],
        ),
        (
            (
                "<hostdev type='usb'><source><vendor id='0x1'/><product id='0x2'/>"
                "<address bus='1' device='7'/></source></hostdev>"
            ),
            "<hostdev type='usb'><source><vendor id='0x1'/><product id='0x2'/></source></hostdev>",
            [],
        ),
        ("<vsock><cid auto='yes' address='3'/></vsock>", "<vsock><cid auto='yes'/></vsock>", []),
        (
            "<memory model='dimm'><target><size unit='MiB'>1</size></target></memory>",
            "",
            [("memory", "removed: dimm  1.0 MiB")],
        ),
        (
            (
                "<controller type='pci' index='9' model='pcie-root-port'/><disk><target dev='vdb'/>"
                "<address type='pci' bus='0x09' slot='0x00'/></disk>"
                "<controller type='pci' index='10' model='pcie-root-port'/>"
            ),
            "",
            [("disk[vdb]", "removed: vdb")],
        ),
        (
            "",
            "<controller type='scsi' index='0' model='virtio-scsi'/>",
            [("controller[scsi 0]", "added: scsi  0  virtio-scsi")],
        ),
    ],
)
def test_rules_of_devices(live: str, saved: str, changes: list[tuple[str, str]]) -> None:
    assert told(domain(live, id="3"), domain(saved)) == changes


def test_the_order_of_devices_is_no_difference() -> None:
    first, second = "<disk><target dev='vda'/></disk>", "<disk><target dev='vdb'/></disk>"
    compared = compare(domain(first + second), domain(second + first))
    assert compared.changes == ()
    assert compared.live == compared.saved


def test_foreign_namespaces_are_told_as_a_whole() -> None:
    def with_argument(value: str) -> str:
        return (
            "<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><name>a</name>"
            f"<qemu:commandline><qemu:arg value='{value}'/></qemu:commandline></domain>"
        )

    assert told(with_argument("-a"), with_argument("-b")) == [
        ("qemu:commandline", "qemu:arg value=-a → qemu:arg value=-b")
    ]
    assert told(with_argument("-a"), with_argument("-a")) == []


def test_a_long_value_is_cut() -> None:
    (change,) = pending_changes(domain(), domain(beside=f"<odd>{'x' * 5000}</odd>"))
    assert change.saved is not None
    assert len(change.saved) == 200


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (PendingChange("a", "1", "2"), "1 → 2"),
        (PendingChange("a", None, "2"), "added: 2"),
        (PendingChange("a", "1", None), "removed: 1"),
        (PendingChange("a", None, ""), "added"),
    ],
)
def test_words(change: PendingChange, words: str) -> None:
    assert change.words == words


SMALL = st.sampled_from(
    [
        "<disk><target dev='vda'/></disk>",
        "<disk><source file='/a'/><target dev='vda'/></disk>",
        "<disk device='cdrom'><target dev='sda'/></disk>",
        "<interface type='user'><mac address='1'/></interface>",
        "<interface type='network'><mac address='1'/><source network='n'/></interface>",
        "<interface type='network'><mac address='1'/></interface>",
        "<controller type='scsi' index='0'/>",
        "<video/>",
        "<odd/>",
    ]
)
DOMAINS = st.lists(SMALL, max_size=5).map(lambda parts: domain("".join(parts)))


@given(DOMAINS, DOMAINS)
def test_any_change_has_two_sides(live: str, saved: str) -> None:
    there, back = pending_changes(live, saved), pending_changes(saved, live)
    assert all(change.live != change.saved for change in (*there, *back))
    assert not pending_changes(live, live)
    compare(live, saved)


def test_indentation_of_metadata_is_no_change() -> None:
    live = "<domain><metadata><t:tags xmlns:t='urn:t'>\n   <t:tag>a b</t:tag>\n </t:tags></metadata></domain>"
    saved = "<domain><metadata><t:tags xmlns:t='urn:t'><t:tag>a b</t:tag></t:tags>\n</metadata></domain>"
    assert told(live, saved) == []
    assert told(live, saved.replace("a b", "a  b")) != []
