"""Every word on the desk can be read, in sunlight and in the dark."""

import pytest

from gridworker.ui.tokens import DARK, LIGHT, SCHEMES, SHAPE_PAIRS, TEXT_PAIRS, TONES, contrast, tone_pair


def test_contrast_is_the_one_that_the_standard_defines():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert contrast("#FFFFFF", "#777777") == contrast("#777777", "#FFFFFF")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_words_stand_out_from_their_ground(scheme, text, ground):
    tokens = SCHEMES[scheme]
    assert contrast(tokens[text], tokens[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPE_PAIRS)
def test_outlines_and_bars_can_be_seen(scheme, shape, ground):
    tokens = SCHEMES[scheme]
    assert contrast(tokens[shape], tokens[ground]) >= 3.0


def test_both_themes_know_the_same_colours():
    assert set(LIGHT) == set(DARK)


@pytest.mark.parametrize("tone", TONES)
def test_every_tone_has_words_and_a_ground_that_were_checked(tone):
    assert tone_pair(tone) in TEXT_PAIRS
