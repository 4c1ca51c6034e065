"""What somebody with the key could read in a store's files: every page, the freed ones and the log included."""

from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE, RESERVE, SALT = 4096, 80, 16
LOG_HEADER, FRAME_HEADER = 32, 24


def open_pages(path: Path, key: bytes) -> bytes:
    """The store, its log and whatever lies in them, decrypted (SQLCipher 4: AES-256-CBC, the IV behind each page)."""
    return b"".join((*_of_file(path, key), *_of_log(path.with_name(path.name + "-wal"), key)))


def _of_file(path: Path, key: bytes) -> Iterator[bytes]:
    content = path.read_bytes()
    for start in range(0, len(content), PAGE):
        yield _opened(content[start : start + PAGE], key, SALT if start == 0 else 0)


def _of_log(path: Path, key: bytes) -> Iterator[bytes]:
    content = path.read_bytes() if path.exists() else b""
    for start in range(LOG_HEADER, len(content), FRAME_HEADER + PAGE):
        number = int.from_bytes(content[start : start + 4], "big")
        page = content[start + FRAME_HEADER : start + FRAME_HEADER + PAGE]
        if len(page) == PAGE:
            yield _opened(page, key, SALT if number == 1 else 0)


def _opened(page: bytes, key: bytes, skip: int) -> bytes:
    iv = page[PAGE - RESERVE : PAGE - RESERVE + 16]
    reader = Cipher(algorithms.AES256(key), modes.CBC(iv)).decryptor()
    return reader.update(page[skip : PAGE - RESERVE]) + reader.finalize()
