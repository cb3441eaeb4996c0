"""The domain list for scripts: every connection in parallel, one record per domain."""

import logging
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import libvirt
from lxml.etree import XMLSyntaxError

from tuivirt.backend import event_thread
from tuivirt.backend.auth import open_connection
from tuivirt.backend.errors import explain_error
from tuivirt.backend.lane import Lane
from tuivirt.core.query import Query, QueryError, compile_query
from tuivirt.core.source import Source
from tuivirt.core.uri import ConnectionURI
from tuivirt.core.usage import Usage
from tuivirt.resources.domain import details, stats
from tuivirt.resources.domain.domains import DOMAINS
from tuivirt.resources.domain.read import list_all
from tuivirt.resources.domain.record import DomainRecord

log = logging.getLogger(__name__)

READERS = 4
"""Definitions of a host that are read at once; a daemon serves five requests of one client."""

NOT_MEASURED = frozenset({"cpu", "used", "ip", "agent", "pending", "busy"})
"""Fields that take two readings, an answer of the guest or a look at what runs: a filter that rests on one
would find nothing and not say why.
"""

Row = dict[str, Any]


def run(sources: Sequence[Source], *, query: str, timeout: float) -> Iterator[Row]:
    """One dict per domain as the JSON contract has it, in the order of the sources; for a connection that
    failed, or did not answer within ``timeout`` seconds, ``{"connection", "error"}``.

    Titles and tags stand in definitions only, so every definition is read. Raises QueryError at once.
    """
    compiled = compile_query(query, DOMAINS.fields, DOMAINS.haystack)
    unknown = compiled.needs & NOT_MEASURED
    if unknown:
        names = ", ".join(sorted(unknown))
        raise QueryError(f"a list taken once does not know {names}; the app does", 0, len(query))
    event_thread.ensure_running()
    answers: list[tuple[Source, queue.SimpleQueue[list[Row]]]] = []
    for source in sources:
        answer: queue.SimpleQueue[list[Row]] = queue.SimpleQueue()
        threading.Thread(target=partial(_put_answer, answer, source, compiled), daemon=True).start()
        answers.append((source, answer))
    return _in_order(answers, timeout)


def _in_order(answers: "list[tuple[Source, queue.SimpleQueue[list[Row]]]]", timeout: float) -> Iterator[Row]:
    deadline = time.monotonic() + timeout
    for source, answer in answers:
        try:
            yield from answer.get(timeout=max(deadline - time.monotonic(), 0.001))
        except queue.Empty:
            yield {"connection": source.name, "error": f"no answer within {timeout:g} s"}


def _put_answer(answer: "queue.SimpleQueue[list[Row]]", source: Source, query: Query[DomainRecord]) -> None:
    try:
        conn = open_connection(ConnectionURI.parse(source.uri), read_only=True)
        try:
            records = _records(source, conn)
        finally:
            conn.close()
    except libvirt.libvirtError as error:
        answer.put([{"connection": source.name, "error": explain_error(error, source.uri).message}])
    except ValueError as error:  # a URIError, or text that no C string can hold
        answer.put([{"connection": source.name, "error": str(error)}])
    else:
        found = sorted((r for r in records if query.matches(r)), key=lambda r: r.name_key)
        answer.put([_row(record) for record in found])


def _records(source: Source, conn: libvirt.virConnect) -> list[DomainRecord]:
    domains, handles = list_all(conn, source.name)
    samples = stats.sample_all(conn, ("vcpu", "memory")) or {}
    records = [DomainRecord(domain) for domain in domains]
    # Not ThreadPoolExecutor, which keeps the process alive for as long as one call hangs.
    readers = Lane(f"ls {source.name}", threads=READERS)
    errors: list[libvirt.libvirtError] = []
    for record in records:
        readers.submit(partial(_read, record, handles[record.item.uuid], samples, errors))
    readers.finish()
    readers.stop()
    if errors:
        raise errors[0]
    return records


def _read(
    record: DomainRecord,
    handle: libvirt.virDomain,
    samples: stats.Samples,
    errors: list[libvirt.libvirtError],
) -> None:
    """Fill in what only this domain's own definition, and where need be its info, tells."""
    try:
        sample = samples.get(record.item.uuid)
        if sample is None or sample.vcpus is None:
            sample = stats.add_info(sample, handle)
        if sample is not None:
            record.usage = Usage()
            record.usage.feed(sample)
        record.details = details.parse(handle.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN:  # else it is gone since it was listed
            errors.append(error)
    except XMLSyntaxError as error:
        log.warning("definition of %s on %s: %s", record.item.uuid, record.host, error)


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
