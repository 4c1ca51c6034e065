"""A photo is made small before it is kept, and nothing of what the telephone wrote into it is left but the time."""

import pytest
from PySide6.QtGui import QColor, QImage

from gridworker.errors import NotAccepted
from gridworker.records.files import MOST_BYTES
from gridworker.ui import pictures
from gridworker.ui.exif_time import taken_at
from tests.helpers.photos import GPS_MARK, MAKER, jpeg, picture, with_exif

MORNING = 1_772_414_040_000
"""2026-03-02 09:14 in Shaoxing, ms UTC."""


def image_of(prepared):
    return QImage.fromData(prepared.body, "webp")


def test_a_large_photo_becomes_a_small_one_of_the_same_shape():
    prepared = pictures.of_bytes(jpeg(picture(1800, 1350), 60))
    assert len(prepared.body) <= pictures.TARGET
    assert prepared.media_type == "image/webp"
    shown = image_of(prepared)
    assert max(shown.width(), shown.height()) <= 1600
    assert abs(shown.width() / shown.height() - 4 / 3) < 0.01
    assert len(prepared.thumb) < 20_000


def test_a_quiet_photo_keeps_its_full_length():
    prepared = pictures.of_bytes(jpeg(picture(40, 30).scaled(4000, 3000)))
    assert image_of(prepared).width() == 1600


def test_of_what_the_telephone_wrote_into_it_only_the_time_is_kept():
    photo = with_exif(jpeg(picture(800, 600)))
    assert GPS_MARK in photo
    prepared = pictures.of_bytes(photo)
    assert prepared.taken_at == MORNING
    for trace in (GPS_MARK, MAKER, b"EXIF", b"Exif", b"XMP ", b"ICCP", b"2026:03:02"):
        assert trace not in prepared.body, trace
        assert trace not in prepared.thumb, trace


def test_a_photo_that_was_taken_lying_down_stands_upright():
    lying = QImage(90, 30, QImage.Format.Format_RGB32)
    lying.fill(QColor("white"))
    for x in range(30):
        for y in range(30):
            lying.setPixelColor(x, y, QColor("red"))
    shown = image_of(pictures.of_bytes(with_exif(jpeg(lying), orientation=6)))
    assert (shown.width(), shown.height()) == (30, 90)
    assert QColor(shown.pixel(15, 10)).green() < 100, "what was left is up after a quarter turn"
    assert QColor(shown.pixel(15, 80)).green() > 200


@pytest.mark.parametrize(
    ("offset", "moment"), [("+08:00", MORNING), ("", MORNING), ("+00:00", MORNING + 8 * 3_600_000), ("x", MORNING)]
)
def test_a_camera_that_names_no_zone_means_china(offset, moment):
    assert taken_at(with_exif(jpeg(picture(9, 9)), offset=offset)) == moment


@pytest.mark.parametrize("taken", ["0000:00:00 00:00:00", "1970:01:01 00:00:00", "gestern"])
def test_a_camera_that_does_not_know_the_time_says_nothing(taken):
    assert taken_at(with_exif(jpeg(picture(9, 9)), taken=taken)) is None


def test_a_block_that_was_cut_or_garbled_says_nothing_and_breaks_nothing():
    photo = with_exif(jpeg(picture(30, 30)))
    for length in range(0, 200, 3):
        taken_at(photo[:length])
        taken_at(photo[:length] + b"\xff" * 20 + photo[length + 20 :])


def test_a_screenshot_with_nothing_behind_it_stands_on_white():
    clear = QImage(50, 50, QImage.Format.Format_ARGB32)
    clear.fill(0)
    shown = image_of(pictures.of_image(clear))
    assert QColor(shown.pixel(25, 25)).lightness() > 250
    assert not shown.hasAlphaChannel()


def test_a_paper_passes_as_it_is_under_its_own_name(tmp_path):
    paper = tmp_path / "调解协议书.pdf"
    paper.write_bytes(b"%PDF-1.7 and so on")
    prepared = pictures.of_path(paper)
    assert (prepared.body, prepared.media_type) == (paper.read_bytes(), "application/pdf")
    assert prepared.caption == "调解协议书"
    assert prepared.thumb is None


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("a.exe", b"MZ\x90\0", "不能附上"),
        ("a.pdf", b"MZ\x90\0", "不能附上"),
        ("a.pdf", b"", "空的"),
        ("a.jpg", b"no picture at all", "损坏"),
        ("a.heic", b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        ("a.pdf", b"%PDF-" + b"x" * MOST_BYTES, "太大"),
    ],
)
def test_what_cannot_be_attached_is_refused_with_the_remedy(tmp_path, name, body, words):
    (tmp_path / name).write_bytes(body)
    with pytest.raises(NotAccepted) as refused:
        pictures.of_path(tmp_path / name)
    assert words in refused.value.remedy


def test_a_file_that_is_gone_is_said_to_be_gone(tmp_path):
    with pytest.raises(NotAccepted):
        pictures.of_path(tmp_path / "gone.jpg")
