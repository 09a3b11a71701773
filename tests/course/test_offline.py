"""The network is off in the tests, and this machine stays reachable."""

from __future__ import annotations

import socket

import pytest
import requests

from imgrec_tf.course import offline


def test_connections_to_elsewhere_are_refused():
    with socket.socket() as connection, pytest.raises(offline.NetworkOff, match="switched off"):
        connection.connect(("192.0.2.1", 80))
    with socket.socket() as connection, pytest.raises(offline.NetworkOff):
        connection.connect_ex(("192.0.2.1", 80))
    with socket.socket(type=socket.SOCK_DGRAM) as connection, pytest.raises(offline.NetworkOff):
        connection.sendto(b"x", ("192.0.2.1", 53))


@pytest.mark.parametrize("look_up", [socket.gethostbyname, lambda name: socket.getaddrinfo(name, 80)])
def test_names_are_not_looked_up(look_up):
    with pytest.raises(offline.NetworkOff, match=r"example\.org"):
        look_up("example.org")


def test_requests_reports_a_connection_error():
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get("http://example.org", timeout=5)


def test_this_machine_stays_reachable():
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname(), timeout=5) as client:
            assert client.getpeername() == server.getsockname()
        assert socket.getaddrinfo("localhost", 80)


@pytest.mark.parametrize("host", [None, "", "localhost", b"localhost", "127.0.0.1", "127.3.2.1", "::1"])
def test_local_hosts(host):
    assert offline.is_local(host)


@pytest.mark.parametrize("host", ["example.org", "10.0.0.1", "8.8.8.8", "2001:db8::1", b"example.org"])
def test_other_hosts(host):
    assert not offline.is_local(host)


def test_switching_on_gives_the_originals_back():
    offline.switch_on()
    try:
        assert "guarded" not in socket.getaddrinfo.__qualname__
        offline.switch_on()
    finally:
        offline.switch_off()
    assert "guarded" in socket.getaddrinfo.__qualname__
