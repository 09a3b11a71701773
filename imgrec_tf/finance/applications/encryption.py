"""What lies in the database is encrypted: AES-256-GCM, with keys derived from one key that the caller keeps.

The key is never written anywhere. Without it, nothing that was stored can be read; whoever keeps it decides who can.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from typing import Any

KEY_BYTES = 32
_NONCE_BYTES = 12  # NIST SP 800-38D: 96 bits, random, never twice with one key


def new_key() -> bytes:
    """Return a new random key of 32 bytes. Keep it outside of the database, and keep a copy: it cannot be restored."""
    return os.urandom(KEY_BYTES)


class Vault:
    """Encrypts, decrypts and fingerprints with keys derived from one key (HKDF-SHA256)."""

    def __init__(self, key: bytes):
        """Derive the keys.

        Args:
            key: 32 bytes, as `new_key` makes them.

        Raises:
            TypeError: If it is not bytes.
            ValueError: If there are not 32 of them.
        """
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        if not isinstance(key, bytes):
            raise TypeError(f"key must be {KEY_BYTES} bytes, got {type(key).__name__}; new_key() makes one")
        if len(key) != KEY_BYTES:
            raise ValueError(f"key must be {KEY_BYTES} bytes, got {len(key)}; new_key() makes one")
        self._cipher = AESGCM(_derived(key, b"documents at rest"))
        self._fingerprint_key = _derived(key, b"fingerprints")
        self._log_key = _derived(key, b"audit log")

    def encrypt(self, data: bytes, place: str) -> bytes:
        """Encrypt bytes for one place: nonce, then ciphertext with its tag. Elsewhere they cannot be decrypted.

        Args:
            data: What to encrypt.
            place: Where it will lie, such as "document/<application>/passport".
        """
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, data, place.encode())

    def decrypt(self, data: bytes, place: str) -> bytes:
        """Undo `encrypt`.

        Raises:
            ValueError: If the bytes were changed, belong to another place, or were encrypted with another key.
        """
        from cryptography.exceptions import InvalidTag

        try:
            return self._cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], place.encode())
        except InvalidTag:
            raise ValueError(
                f"{place} cannot be decrypted: its bytes were changed or moved there, or the key is another one"
            ) from None

    def encrypt_values(self, values: Any, place: str) -> bytes:
        """Encrypt plain values as JSON."""
        return self.encrypt(json.dumps(values, ensure_ascii=False).encode(), place)

    def decrypt_values(self, data: bytes, place: str) -> Any:
        """Undo `encrypt_values`."""
        return json.loads(self.decrypt(data, place))

    def fingerprint(self, kind: str, value: str) -> str:
        """Return 32 hexadecimal characters: equal for equal values, and telling nothing else without the key."""
        message = f"{kind}\n{value}".encode()
        return hmac.new(self._fingerprint_key, message, hashlib.sha256).hexdigest()[:32]

    def chain(self, sequence: int, previous: str, content: str) -> str:
        """Return the hash of a log entry, 64 hexadecimal characters, which covers the entry before it."""
        message = f"{sequence}\n{previous}\n{content}".encode()
        return hmac.new(self._log_key, message, hashlib.sha256).hexdigest()


def _derived(key: bytes, purpose: bytes) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(hashes.SHA256(), length=KEY_BYTES, salt=None, info=b"imgrec_tf " + purpose).derive(key)
