"""Reading domains: a constant number of round trips, however many there are."""

from collections.abc import Callable, Iterable

import libvirt

from tuivirt.core.key import Key
from tuivirt.resources.domain.snapshot import KIND, Domain, State
from tuivirt.resources.domain.stats import Reply, ask_all

Handles = dict[str, libvirt.virDomain]


def list_all(conn: libvirt.virConnect, connection: str) -> tuple[list[Domain], Handles]:
    """All domains and their handles by UUID, in five round trips. Raises libvirtError.

    One ``virConnectGetAllDomainStats`` for the states (state alone never waits for a guest) and one
    ``virConnectListAllDomains`` for each flag. A driver without the stats call is asked for each domain:
    it has no other way. One of networks or storage alone (``network:///system``) has no domains.
    """
    try:
        states = _states(ask_all(conn, libvirt.VIR_DOMAIN_STATS_STATE, 0))
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_NO_SUPPORT:
            raise
        states = _states_one_by_one(_all(conn))
    return _with_flags(conn, connection, states)


def read_some(
    conn: libvirt.virConnect, connection: str, wanted: Iterable[libvirt.virDomain]
) -> tuple[list[Domain], Handles]:
    """Those of these domains that still exist, read after an event: five round trips for any number of them.

    Name and id are cached in a handle, so they come, and the handles too, from the reply.
    """
    handles = list(wanted)
    try:
        states = _states(conn.domainListGetStats(handles, libvirt.VIR_DOMAIN_STATS_STATE, 0))
    except libvirt.libvirtError as error:
        if error.get_error_code() not in {libvirt.VIR_ERR_NO_SUPPORT, libvirt.VIR_ERR_NO_DOMAIN}:
            raise
        states = _states_one_by_one(_looked_up(conn, handles))
    if len(states) > 1:
        return _with_flags(conn, connection, states)
    try:
        domains = [_one(connection, *state) for state in states]
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN:
            raise
        domains = []  # gone between these calls
    return domains, {domain.uuid: state[0] for domain, state in zip(domains, states, strict=False)}


def _all(conn: libvirt.virConnect) -> list[libvirt.virDomain]:
    try:
        return conn.listAllDomains(0)
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_NO_SUPPORT:
            raise
        return []


_State = tuple[libvirt.virDomain, int, int]
"""A fresh handle, the state and the reason for it."""


def _states(reply: Reply) -> list[_State]:
    return [
        (dom, record["state.state"], record.get("state.reason", 0))
        for dom, record in reply
        if "state.state" in record
    ]


def _with_flags(
    conn: libvirt.virConnect, connection: str, states: Iterable[_State]
) -> tuple[list[Domain], Handles]:
    autostart = _with_flag(conn, libvirt.VIR_CONNECT_LIST_DOMAINS_AUTOSTART)
    transient = _with_flag(conn, libvirt.VIR_CONNECT_LIST_DOMAINS_TRANSIENT)
    saved = _with_flag(conn, libvirt.VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE)
    snapshots = _with_flag(conn, libvirt.VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT)
    domains: list[Domain] = []
    handles: Handles = {}
    for dom, state, reason in states:
        uuid = dom.UUIDString()
        handles[uuid] = dom
        domains.append(
            Domain(
                key=Key(connection, KIND, uuid),
                name=dom.name(),
                domid=dom.ID(),
                state=State.of(state),
                reason=reason,
                autostart=uuid in autostart,
                persistent=uuid not in transient,
                managed_save=uuid in saved,
                has_snapshots=uuid in snapshots,
            )
        )
    return domains, handles


def _one(connection: str, dom: libvirt.virDomain, state: int, reason: int) -> Domain:
    return Domain(
        key=Key(connection, KIND, dom.UUIDString()),
        name=dom.name(),
        domid=dom.ID(),
        state=State.of(state),
        reason=reason,
        autostart=_flag(dom.autostart),
        persistent=bool(dom.isPersistent()),
        managed_save=_flag(dom.hasManagedSaveImage),
        has_snapshots=_flag(dom.snapshotNum),
    )


def _looked_up(conn: libvirt.virConnect, handles: Iterable[libvirt.virDomain]) -> Iterable[libvirt.virDomain]:
    for handle in handles:
        try:
            yield conn.lookupByUUIDString(handle.UUIDString())
        except libvirt.libvirtError as error:
            if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN:
                raise


def _flag(ask: Callable[[], int]) -> bool:
    """A yes-or-no that not every driver knows."""
    try:
        return bool(ask())
    except libvirt.libvirtError as error:
        if error.get_error_code() in _NOT_KNOWN:
            return False
        raise


# Transient domains have no autostart (OPERATION_INVALID or INTERNAL_ERROR by driver), and drivers lack calls.
_NOT_KNOWN = frozenset(
    {libvirt.VIR_ERR_NO_SUPPORT, libvirt.VIR_ERR_OPERATION_INVALID, libvirt.VIR_ERR_INTERNAL_ERROR}
)


def _with_flag(conn: libvirt.virConnect, flag: int) -> frozenset[str]:
    try:
        return frozenset(dom.UUIDString() for dom in conn.listAllDomains(flag))
    except libvirt.libvirtError as error:
        if error.get_error_code() in {libvirt.VIR_ERR_NO_SUPPORT, libvirt.VIR_ERR_INVALID_ARG}:
            return frozenset()  # the driver does not know the flag, so no domain has it
        raise


def _states_one_by_one(handles: Iterable[libvirt.virDomain]) -> list[_State]:
    states: list[_State] = []
    for dom in handles:
        try:
            state, reason = dom.state()
        except libvirt.libvirtError as error:
            if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN:
                raise
            continue  # gone between the list and this call
        states.append((dom, state, reason))
    return states
