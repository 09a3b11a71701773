"""Downloads that either end with the right file under its final name, or say what to do by hand.

The file grows under the name `<name>.part`, goes on where it stopped, is checked as a whole, and only then gets its
name.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

_CHUNK = 1 << 18
_TRY_AGAIN = {408, 425, 429, 500, 502, 503, 504}


class DownloadError(OSError):
    """A file could not be fetched; the text says what to do by hand."""


class _NextAddress(Exception):
    """This address will not serve the file; the next one may."""


def file_checksum(path: str | Path, algorithm: str = "sha256") -> str:
    """Return "md5:…" or "sha256:…" of a file.

    Args:
        path: The file.
        algorithm: "md5" or "sha256".
    """
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with Path(path).open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return f"{algorithm}:{digest.hexdigest()}"


def has_checksum(path: str | Path, checksum: str) -> bool:
    """Tell whether a file has the checksum "md5:…" or "sha256:…"."""
    algorithm = checksum.partition(":")[0]
    if algorithm not in ("md5", "sha256"):
        raise ValueError(f'checksum must start with "md5:" or "sha256:", got {checksum!r}')
    return file_checksum(path, algorithm) == checksum.lower()


def download(
    urls: Sequence[str],
    destination: str | Path,
    *,
    checksum: str | None,
    attempts: int = 3,
    backoff: float = 1.0,
    timeout: float = 30.0,
    lock_timeout: float = 3600.0,
    progress: bool = True,
) -> Path:
    """Fetch a file from the first address that serves it intact.

    A download that was interrupted goes on from its `.part` file where the server allows it. Two processes that want
    one file take turns, and the second finds it there.

    Args:
        urls: Addresses, tried in this order.
        destination: Where the file is to stand; its folder is made.
        checksum: "md5:…" or "sha256:…" of the whole file; None accepts anything that arrives completely.
        attempts: How often one address is asked without getting a single byte further.
        backoff: Seconds before the second attempt, doubled with each further one.
        timeout: Seconds without an answer after which an attempt has failed.
        lock_timeout: Seconds to wait for another process that is fetching the same file.
        progress: Show a bar.

    Returns:
        The path of the file.

    Raises:
        DownloadError: If no address gave the right file, or it could not be written. The text names the addresses, the
            file, the folder and the checksum, so that it can be fetched by hand.
    """
    destination = Path(destination)
    with _readable_write_errors(destination, urls, checksum):
        destination.parent.mkdir(parents=True, exist_ok=True)
        with _lock(destination, lock_timeout):
            if destination.exists() and (checksum is None or has_checksum(destination, checksum)):
                return destination
            reasons = []
            for url in urls:
                try:
                    _fetch(url, destination, checksum, attempts, backoff, timeout, progress)
                    return destination
                except _NextAddress as problem:
                    reasons.append(f"{url}: {problem}")
    raise DownloadError(_by_hand(destination, urls, checksum, "; ".join(reasons) or "no address is known"))


def _by_hand(destination: Path, urls: Sequence[str], checksum: str | None, reason: str) -> str:
    lines = [f"{destination.name} could not be downloaded ({reason}).", "By hand:"]
    lines.append("  1. open " + (" or ".join(urls) if urls else "the publisher's page, for no address is known"))
    lines.append(f"  2. save the file as {destination.name} in {destination.parent}")
    lines.append("     (or in a folder of your own that the environment variable IMGREC_DATA names)")
    lines.append(f"  3. its checksum must be {checksum}" if checksum else "  3. no checksum is known for it")
    return "\n".join(lines)


def _fetch(url, destination, checksum, attempts, backoff, timeout, progress) -> None:
    import requests

    part = destination.with_name(destination.name + ".part")
    failures = 0
    resumed = False
    while True:
        before = part.stat().st_size if part.exists() else 0
        resumed = resumed or before > 0
        try:
            complete = _stream(url, part, timeout, progress, destination.name)
            problem = "the connection ended early"
        except (requests.RequestException, _Busy) as error:
            complete, problem = False, _plain(error)
        if complete:
            if checksum is None or has_checksum(part, checksum):
                part.replace(destination)
                return
            found = file_checksum(part, checksum.partition(":")[0])
            part.unlink()
            if resumed:  # the first half may be of another file: once more from the start
                resumed = False
                continue
            raise _NextAddress(f"the file has checksum {found} instead of {checksum} and was deleted")
        grown = part.exists() and part.stat().st_size > before
        failures = 0 if grown else failures + 1
        if failures >= attempts:
            raise _NextAddress(f"{problem} ({attempts} attempts)")
        time.sleep(backoff * 2 ** max(0, failures - 1))


class _Busy(Exception):
    """The server answered that it cannot serve now."""


def _plain(error: Exception) -> str:
    import requests

    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection ended early"
    if isinstance(error, requests.exceptions.SSLError):
        return "the server's certificate is not trusted"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return str(error) or type(error).__name__


def _stream(url: str, part: Path, timeout: float, progress: bool, name: str) -> bool:
    """Add what the server sends to the `.part` file; say whether the file is complete."""
    import requests

    have = part.stat().st_size if part.exists() else 0
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    try:
        answer = requests.get(url, headers=headers, stream=True, timeout=timeout)
    except (
        requests.exceptions.InvalidURL,
        requests.exceptions.InvalidSchema,
        requests.exceptions.MissingSchema,
    ) as error:
        raise _NextAddress(f"not a web address ({error})") from error
    with answer:
        if answer.status_code == 416:  # nothing after what is there: complete, or of another length
            complete = answer.headers.get("Content-Range", "").endswith(f"/{have}")
            if not complete:
                part.unlink()
            return complete
        if answer.status_code in _TRY_AGAIN:
            raise _Busy(f"the server answered {answer.status_code}")
        if answer.status_code not in (200, 206):
            raise _NextAddress(f"the server answered {answer.status_code}")
        goes_on = answer.status_code == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        if answer.status_code == 206 and not goes_on:
            part.unlink()
            raise _Busy("the server sent another part than asked for")
        start = have if goes_on else 0
        length = answer.headers.get("Content-Length", "")
        total = start + int(length) if length.isdigit() else None
        _require_room(part, None if total is None else total - start)
        with part.open("ab" if goes_on else "wb") as file, _bar(name, start, total, progress) as bar:
            for chunk in answer.iter_content(_CHUNK):
                file.write(chunk)
                bar.update(len(chunk))
            file.flush()
            os.fsync(file.fileno())
        return total is None or part.stat().st_size == total


def _bar(name: str, start: int, total: int | None, progress: bool):
    from tqdm.auto import tqdm

    return tqdm(
        desc=name, initial=start, total=total, unit="B", unit_scale=True, unit_divisor=1024, disable=not progress
    )


def _require_room(part: Path, needed: int | None) -> None:
    if needed is None:
        return
    free = shutil.disk_usage(part.parent).free
    if free < needed:
        raise OSError(errno.ENOSPC, f"{needed / 1e6:,.1f} MB are needed and {free / 1e6:,.1f} MB are free")


@contextlib.contextmanager
def _readable_write_errors(destination: Path, urls: Sequence[str], checksum: str | None) -> Iterator[None]:
    try:
        yield
    except DownloadError:
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
            reason = f"the disk of {destination.parent} is full: {error.strerror}; free some space"
            with contextlib.suppress(OSError):
                destination.with_name(destination.name + ".part").unlink()
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            reason = f"the folder {destination.parent} cannot be written to"
        else:
            reason = f"the folder {destination.parent} cannot be used: {error}"
        raise DownloadError(_by_hand(destination, urls, checksum, reason)) from error


@contextlib.contextmanager
def _lock(destination: Path, timeout: float) -> Iterator[None]:
    """Hold a lock that the system lets go of by itself when the process ends."""
    deadline = time.monotonic() + timeout
    with destination.with_name(destination.name + ".lock").open("a+") as file:
        while not _try_lock(file):
            if time.monotonic() > deadline:
                raise DownloadError(
                    f"another process has been fetching {destination.name} for {timeout:g} seconds; wait for it or "
                    f"end it, then call again (its lock is {destination}.lock)"
                )
            time.sleep(0.1)
        yield


def _try_lock(file) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
