"""The domain list for scripts: every connection in parallel, one record per domain."""

import queue
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import libvirt

from tuivirt.backend import event_thread
from tuivirt.backend.auth import open_connection
from tuivirt.backend.errors import explain_error
from tuivirt.core.query import Query, compile_query
from tuivirt.core.source import Source
from tuivirt.core.uri import ConnectionURI, URIError
from tuivirt.core.usage import Usage
from tuivirt.resources.domain import DOMAINS, details, stats
from tuivirt.resources.domain.read import Handles, list_all
from tuivirt.resources.domain.record import DomainRecord

READERS = 4
"""Definitions of a host that are read at once; a daemon serves five requests of one client."""

Row = dict[str, Any]


def run(sources: Sequence[Source], *, query: str, timeout: float) -> Iterator[Row]:
    """One dict per domain as the JSON contract has it, in the order of the sources; for a connection that
    failed, or did not answer within ``timeout`` seconds, ``{"connection", "error"}``.

    Titles and tags stand in definitions only, so every definition is read. Raises QueryError at once.
    """
    compiled = compile_query(query, DOMAINS.fields, DOMAINS.haystack)
    event_thread.ensure_running()
    answers: list[tuple[Source, queue.SimpleQueue[list[Row]]]] = []
    for source in sources:
        answer: queue.SimpleQueue[list[Row]] = queue.SimpleQueue()
        threading.Thread(target=partial(_put_answer, answer, source, compiled), daemon=True).start()
        answers.append((source, answer))
    for source, answer in answers:
        try:
            yield from answer.get(timeout=timeout)
        except queue.Empty:
            yield {"connection": source.name, "error": f"no answer within {timeout:g} s"}


def _put_answer(
    answer: "queue.SimpleQueue[list[Row]]", source: Source, query: Query[DomainRecord]
) -> None:
    try:
        uri = ConnectionURI.parse(source.uri)
        records = _records(source, open_connection(uri, read_only=True), in_process=uri.in_process)
    except libvirt.libvirtError as error:
        answer.put([{"connection": source.name, "error": explain_error(error, source.uri).message}])
    except URIError as error:
        answer.put([{"connection": source.name, "error": str(error)}])
    else:
        found = sorted((r for r in records if query.matches(r)), key=lambda r: r.name_key)
        answer.put([_row(record) for record in found])


def _records(source: Source, conn: libvirt.virConnect, *, in_process: bool) -> list[DomainRecord]:
    domains, handles = list_all(conn, source.name)
    samples = stats.sample_all(conn, ("vcpu", "memory"))
    if in_process:
        stats.add_info(samples, {uuid: handles[uuid] for uuid in samples if uuid in handles})
    records = [DomainRecord(domain) for domain in domains]
    for record in records:
        if (sample := samples.get(record.item.uuid)) is not None:
            record.usage = Usage()
            record.usage.feed(sample)
    with ThreadPoolExecutor(READERS) as readers:
        list(readers.map(partial(_read_details, handles), records))
    return records


def _read_details(handles: Handles, record: DomainRecord) -> None:
    try:
        record.details = details.parse(
            handles[record.item.uuid].XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
        )
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN:
            raise


def _row(record: DomainRecord) -> Row:
    item = record.item
    return {
        "connection": record.host,
        "name": item.name,
        "uuid": item.uuid,
        "id": item.domid if item.domid >= 0 else None,
        "state": item.state.value,
        "reason": item.reason_word,
        "vcpus": record.vcpus,
        "memory_kib": record.memory_kib,
        "max_memory_kib": record.max_memory_kib,
        "autostart": item.autostart,
        "persistent": item.persistent,
        "managed_save": item.managed_save,
        "title": record.title,
        "tags": list(record.tags),
    }
