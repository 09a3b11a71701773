"""Switch the network off inside a Python process, so that whatever runs after it proves that it needs none.

Python's own sockets are patched: connecting, sending datagrams, and looking up host names. The machine itself
(loopback addresses, Unix sockets) stays reachable, because Jupyter and local servers talk to themselves.
A notebook's kernel is another process than the one that runs the notebook, so a lesson that is being tested calls
`switch_off` from a first cell of its own; the kernel's messages pass through ZMQ, which does not use Python's sockets.
"""

from __future__ import annotations

import ipaddress
import socket

_LOCAL_NAMES = {"", "localhost", "localhost.localdomain", "ip6-localhost", "0.0.0.0", "::"}
_originals: dict[str, object] = {}


class NetworkOff(OSError):
    """Raised where code tries to reach another machine while the network is switched off."""


def is_local(host: object) -> bool:
    """Say whether a host name or address means this machine.

    Args:
        host: a name, an address, or None, as `socket.getaddrinfo` accepts them (text or bytes).

    Returns:
        True for None, for "localhost" and for every loopback address (127.0.0.0/8 and ::1).
    """
    if host is None:
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if name.lower() in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(name.split("%")[0]).is_loopback
    except ValueError:
        return False


def switch_off() -> None:
    """Refuse every connection and every name look-up that leaves this machine, from now on, in this process.

    A second call changes nothing. `switch_on` undoes it.
    """
    if _originals:
        return
    for name in ("connect", "connect_ex", "sendto"):
        _originals[name] = getattr(socket.socket, name)
        setattr(socket.socket, name, _guarded_method(_originals[name], name))
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        _originals[name] = getattr(socket, name)
        setattr(socket, name, _guarded_lookup(_originals[name]))


def switch_on() -> None:
    """Give the network back after `switch_off`; without one before, nothing happens."""
    for name, original in _originals.items():
        holder = socket.socket if name in ("connect", "connect_ex", "sendto") else socket
        setattr(holder, name, original)
    _originals.clear()


def _refuse(host: object) -> None:
    raise NetworkOff(f"the network is switched off here, and something tried to reach {host!r}")


def _guarded_method(original, name: str):
    def guarded(self, *arguments):
        address = arguments[-1] if name == "sendto" else arguments[0]
        if isinstance(address, tuple) and not is_local(address[0]):
            _refuse(address[0])
        return original(self, *arguments)

    return guarded


def _guarded_lookup(original):
    def guarded(host, *arguments, **options):
        if not is_local(host):
            _refuse(host)
        return original(host, *arguments, **options)

    return guarded
