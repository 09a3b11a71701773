"""Downloads from a server on this machine that behaves badly in every way that servers do."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from imgrec_tf.datasets import DownloadError
from imgrec_tf.datasets.download import download, file_checksum, has_checksum

CONTENT = os.urandom(1_500_000)
CHECKSUM = "sha256:" + hashlib.sha256(CONTENT).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """Serves CONTENT; the path says how badly."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        server = self.server
        start = int(self.headers.get("Range", "bytes=0-")[6:].split("-")[0])
        server.seen.append((self.path, start))
        visits = sum(path == self.path for path, _ in server.seen)
        if self.path == "/missing":
            return self._answer(404, b"no")
        if self.path == "/busy" and visits < 3:
            return self._answer(503, b"later")
        if self.path == "/moved":
            return self._answer(302, b"", {"Location": "/whole"})
        if self.path == "/wrong":
            return self._answer(200, b"x" * 1000)
        if self.path == "/no-range" or start == 0:
            half = self.path in ("/half", "/no-range") and visits == 1
            return self._answer(200, CONTENT, cut=half)
        if start >= len(CONTENT):
            return self._answer(416, b"", {"Content-Range": f"bytes */{len(CONTENT)}"})
        rest = CONTENT[start:]
        return self._answer(206, rest, {"Content-Range": f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}"})

    def _answer(self, status, body, headers=None, cut=False):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        if cut:
            self.wfile.flush()
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.seen = []
    server.handle_error = lambda *_: None  # connections that the tests break on purpose
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def get(tmp_path):
    def get(*urls, checksum=CHECKSUM, **options):
        options = {"backoff": 0.0, "timeout": 5.0, "progress": False} | options
        return download(urls, tmp_path / "cache" / "file.bin", checksum=checksum, **options)

    return get


def left_over(tmp_path):
    return sorted(path.name for path in (tmp_path / "cache").iterdir() if path.suffix != ".lock")


def test_a_whole_file_arrives(server, get, tmp_path):
    path = get(server.url + "/whole")
    assert path.read_bytes() == CONTENT
    assert left_over(tmp_path) == ["file.bin"]


def test_a_file_that_is_there_is_not_fetched_again(server, get):
    get(server.url + "/whole")
    get(server.url + "/whole")
    assert len(server.seen) == 1


def test_an_interrupted_download_goes_on(server, get):
    assert get(server.url + "/half").read_bytes() == CONTENT
    assert [start > 0 for _, start in server.seen] == [False, True]


def test_a_part_of_an_earlier_run_is_continued(server, get, tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "file.bin.part").write_bytes(CONTENT[:700_000])
    assert get(server.url + "/whole").read_bytes() == CONTENT
    assert server.seen == [("/whole", 700_000)]


def test_a_complete_part_is_recognised(server, get, tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "file.bin.part").write_bytes(CONTENT)
    assert get(server.url + "/whole").read_bytes() == CONTENT


@pytest.mark.parametrize("part", [b"other" * 1000, os.urandom(2_000_000)])
def test_a_part_of_another_file_is_thrown_away(server, get, tmp_path, part):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "file.bin.part").write_bytes(part)
    assert get(server.url + "/whole").read_bytes() == CONTENT


def test_a_server_without_ranges_starts_over(server, get):
    assert get(server.url + "/no-range").read_bytes() == CONTENT
    assert len(server.seen) == 2


def test_the_second_address_helps(server, get):
    assert get(server.url + "/missing", server.url + "/whole").read_bytes() == CONTENT
    assert [path for path, _ in server.seen] == ["/missing", "/whole"]


def test_a_wrong_file_is_deleted_and_the_next_address_asked(server, get, tmp_path):
    assert get(server.url + "/wrong", server.url + "/moved").read_bytes() == CONTENT
    assert left_over(tmp_path) == ["file.bin"]


def test_a_busy_server_is_asked_again(server, get):
    assert get(server.url + "/busy", attempts=3).read_bytes() == CONTENT


def test_a_wrong_checksum_leaves_nothing_and_says_so(server, get, tmp_path):
    with pytest.raises(DownloadError, match=r"has checksum sha256:.* instead of .* and was deleted"):
        get(server.url + "/wrong")
    assert left_over(tmp_path) == []


def test_the_error_says_what_to_do_by_hand(get, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/file"
        with pytest.raises(DownloadError) as caught:
            get(url, attempts=2)
    for part in (url, "file.bin", str(tmp_path / "cache"), CHECKSUM, "IMGREC_DATA", "no connection (2 attempts)"):
        assert part in str(caught.value)
    assert isinstance(caught.value, OSError)


def test_without_a_network_the_error_is_the_same(get):
    with pytest.raises(DownloadError, match="By hand"):
        get("https://data.example/file.bin", attempts=1)


def test_bad_and_missing_addresses(get):
    with pytest.raises(DownloadError, match="not a web address"):
        get("nonsense")
    with pytest.raises(DownloadError, match="no address is known"):
        get()


def test_a_full_disk_is_named(server, get, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(DownloadError, match=r"full: 1\.5 MB are needed and 0\.0 MB are free"):
        get(server.url + "/whole")
    assert left_over(tmp_path) == []


def test_a_read_only_folder_is_named(server, get, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("pathlib.Path.mkdir", refuse)
    with pytest.raises(DownloadError, match="cannot be written to"):
        get(server.url + "/whole")


def test_a_folder_that_is_a_file_is_named(server, tmp_path):
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(DownloadError, match="cannot be used"):
        download([server.url + "/whole"], tmp_path / "cache" / "file.bin", checksum=None, progress=False)


def test_several_at_once_fetch_it_once(server, get):
    threads = [threading.Thread(target=get, args=(server.url + "/whole",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.seen) == 1


def test_a_lock_that_stays_is_reported(get, tmp_path):
    fcntl = pytest.importorskip("fcntl")
    (tmp_path / "cache").mkdir()
    with (tmp_path / "cache" / "file.bin.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(DownloadError, match="another process"):
            get("http://127.0.0.1:1/file", lock_timeout=0.0)


def test_checksums(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert file_checksum(tmp_path / "a", "md5") == "md5:900150983cd24fb0d6963f7d28e17f72"
    assert has_checksum(tmp_path / "a", "md5:900150983CD24FB0D6963F7D28E17F72")
    assert not has_checksum(tmp_path / "a", CHECKSUM)
    with pytest.raises(ValueError, match='must start with "md5:"'):
        has_checksum(tmp_path / "a", "crc:1")
