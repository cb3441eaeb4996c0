"""libvirt's own event loop, in one daemon thread per process.

Not libvirtaio: calls made from worker threads change its timers without waking the asyncio loop, so that
events come late or not at all.
"""

import logging
import threading

import libvirt

log = logging.getLogger(__name__)

_starting = threading.Lock()
_threads: list[threading.Thread] = []


def ensure_running() -> threading.Thread:
    """Register the default event implementation and run it; must come before the first open.

    Connections open in parallel, and two implementations, or two threads in one, lose events.
    """
    with _starting:
        if not _threads:
            libvirt.virEventRegisterDefaultImpl()
            # libvirt prints every error to stderr, over the screen, unless a handler takes it.
            libvirt.registerErrorHandler(lambda _opaque, _error: None, None)
            thread = threading.Thread(target=_run, name="libvirt-events", daemon=True)
            thread.start()
            _threads.append(thread)
        return _threads[0]


def _run() -> None:
    while True:
        try:
            libvirt.virEventRunDefaultImpl()
        except libvirt.libvirtError:
            log.exception("one turn of libvirt's event loop failed")
