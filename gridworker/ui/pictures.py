"""A photo is made small before it is kept: turned upright, shrunk, freed of all that the camera wrote into it.

Nothing here touches a widget: it runs in the local lane.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QColorSpace, QImage, QImageReader, QImageWriter, QPainter

from gridworker.errors import NotAccepted
from gridworker.records import media
from gridworker.records.files import MOST_BYTES
from gridworker.ui.exif_time import taken_at

LONG_SIDE: Final = 1600
TARGET: Final = 200 * 1024
"""Bytes of a photo at most."""
THUMB_SIDE: Final = 240
MOST_PIXELS: Final = 120_000_000
MOST_RAW: Final = 60 * 1024 * 1024
"""Bytes of a photo as it comes from a camera."""
_QUALITIES: Final = (78, 60, 38)
_HOPELESS: Final = 4
"""A photo that is so many times too large in the first quality is not tried in the second."""
_LEAST_SIDE: Final = 400
_PHOTO_ENDINGS: Final = frozenset("jpg jpeg jfif png webp bmp gif tif tiff heic heif".split())
PICKED: Final = (
    "照片和文件 (*.jpg *.jpeg *.png *.webp *.bmp *.tif *.tiff *.gif"
    " *.pdf *.docx *.doc *.wps *.xlsx *.xls *.et *.mp3 *.m4a *.amr *.wav)"
)
"""What a file dialog offers."""


@dataclass(frozen=True)
class Prepared:
    """A file as it is kept, and what its list says of it."""

    body: bytes
    media_type: str
    thumb: bytes | None = None
    taken_at: int | None = None
    caption: str = ""


def of_path(path: Path) -> Prepared:
    """A photo, made small, or a paper as it is. Raises ``NotAccepted``."""
    try:
        size = path.stat().st_size
        if size > MOST_RAW:
            raise NotAccepted(_TOO_BIG)
        body = path.read_bytes()
    except OSError:
        raise NotAccepted("这个文件打不开，请检查它是否还在、有没有权限。") from None
    if not body:
        raise NotAccepted("这个文件是空的。")
    if path.suffix.lower().removeprefix(".") in _PHOTO_ENDINGS:
        return of_bytes(body)
    kind = media.of_ending(path.name, body[: media.HEAD])
    if kind is None:
        raise NotAccepted("这种文件不能附上。可以附照片、PDF、Word、Excel 和录音。")
    if size > MOST_BYTES:
        raise NotAccepted(_TOO_BIG)
    return Prepared(body, kind, caption=path.stem[:200])


_TOO_BIG: Final = f"文件太大，最多 {MOST_BYTES // 1024 // 1024} MB。请压缩或分成几份再附上。"


def of_bytes(body: bytes) -> Prepared:
    """A photo in the bytes of a picture file. Raises ``NotAccepted``."""
    if body[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc"):
        raise NotAccepted("这是苹果手机的 HEIC 照片，这台电脑读不了。请在手机相机设置里选“兼容性最佳”，或先转成 JPG。")
    buffer = QBuffer()
    buffer.setData(QByteArray(body))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    size = reader.size()
    if size.width() * size.height() > MOST_PIXELS:
        raise NotAccepted("照片的尺寸太大，请用手机或电脑缩小后再附上。")
    if size.isValid() and max(size.width(), size.height()) > LONG_SIDE:
        # A JPEG is read at about the size that is wanted, which takes a tenth of time and memory.
        reader.setScaledSize(size.scaled(LONG_SIDE, LONG_SIDE, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    if image.isNull():
        raise NotAccepted("照片读不出来，文件可能已损坏。")
    return of_image(image, taken_at(body))


def of_image(image: QImage, taken: int | None = None) -> Prepared:
    """A photo from a picture that is in memory: one that was pasted. Raises ``NotAccepted``."""
    if image.isNull():
        raise NotAccepted("剪贴板里没有照片。")
    plain = _plain(_within(image, LONG_SIDE))
    return Prepared(_small(plain), media.PHOTO, thumb_of(plain), taken)


def thumb_of(image: QImage) -> bytes:
    """The small picture."""
    return _webp(_within(image, THUMB_SIDE), 70)


def thumb_of_bytes(media_type: str, body: bytes) -> bytes | None:
    """The small picture of a file that was fetched; None for what is no photo."""
    if media_type != media.PHOTO:
        return None
    image = QImage.fromData(body)
    return None if image.isNull() else thumb_of(image)


def _within(image: QImage, side: int) -> QImage:
    if max(image.width(), image.height()) <= side:
        return image
    ratio, how = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    return image.scaled(QSize(side, side), ratio, how)


def _plain(image: QImage) -> QImage:
    """The same picture on white, and nothing but the picture: painted anew, it has none of the old one's notes."""
    if image.colorSpace().isValid():
        image = image.convertedToColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb))
    plain = QImage(image.size(), QImage.Format.Format_RGB32)
    plain.fill(Qt.GlobalColor.white)
    image.setDevicePixelRatio(1)
    painter = QPainter(plain)
    painter.drawImage(0, 0, image)
    painter.end()
    return plain


def _small(image: QImage) -> bytes:
    """The best quality in which it is small enough; then fewer pixels."""
    while True:
        body = _webp(image, _QUALITIES[0])
        for quality in _QUALITIES[2 if len(body) > _HOPELESS * TARGET else 1 :]:
            if len(body) <= TARGET:
                return body
            body = _webp(image, quality)
        side = max(image.width(), image.height()) * 3 // 4
        if len(body) <= TARGET or side < _LEAST_SIDE:
            return body
        image = _within(image, side)


def _webp(image: QImage, quality: int) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, b"webp")
    writer.setQuality(quality)
    if not writer.write(image):
        raise RuntimeError(f"no WebP could be written: {writer.errorString()}")
    return bytes(buffer.data().data())
