"""Letters: real widths with kerning, outlines, and what stands for a letter that no font has."""

import pytest
from fontTools.ttLib import TTFont

from agents.builtin.posters.lettering import extent, face, grid_for, outline, readable, width
from agents.builtin.posters.typography import FAMILIES, typography
from conductor.lib.typefaces import FILES, LAST_RESORT


@pytest.mark.parametrize("key", FILES)
def test_widths_are_those_of_the_font(key: str) -> None:
    font = TTFont(FILES[key])
    name = font.getBestCmap()[ord("H")]
    assert width(key, "H") == font["hmtx"].metrics[name][0] / font["head"].unitsPerEm


@pytest.mark.parametrize("key", FILES)
def test_pairs_are_kerned(key: str) -> None:
    assert width(key, "AV") < width(key, "A") + width(key, "V")


def test_every_face_has_one_for_the_letters_it_lacks() -> None:
    assert set(LAST_RESORT) == set(FILES)
    assert not face("Anton-400").has("ж")
    assert width("Anton-400", "ж") == width("Inter-800", "ж") > 0


def test_ink_reaches_above_and_below() -> None:
    top, bottom = extent("Inter-400", "Äg")
    assert top > face("Inter-400").cap
    assert bottom < 0


def test_outlines_are_closed_and_start_where_they_should() -> None:
    d = outline("Inter-400", "l", 1000, (500, 700), track=0)
    assert int(d[1:].split(" ")[0]) >= 500
    assert d.endswith("z")
    assert set(d) <= set("Mlqcz -0123456789")


def test_small_text_has_coarser_outlines() -> None:
    assert grid_for(18) < grid_for(40) < grid_for(200)
    assert len(outline("Inter-400", "aes", grid_for(18), (0, 0), track=0)) < len(
        outline("Inter-400", "aes", grid_for(200), (0, 0), track=0)
    )


@pytest.mark.parametrize(
    ("text", "drawn", "lost"),
    [
        ("Plain words", "Plain words", ""),
        ("  Two\nlines\t", "Two lines", ""),
        ("Größe, naïve, Łódź, Ωmega, Привет", "Größe, naïve, Łódź, Ωmega, Привет", ""),
        ("Ελληνικά, ἄνθρωπος, Қазақ, Ђоковић, Ґанок", "Ελληνικά, ἄνθρωπος, Қазақ, Ђоковић, Ґанок", ""),
        ("Tiếng Việt, phở, đường", "Tiếng Việt, phở, đường", ""),
        ("ﬁne x²", "fine x²", ""),
        ("cafe\u0301", "café", ""),
        ("ȟome", "home", "ȟ"),
        ("Yes 🎉 now", "Yes now", "🎉"),
        ("👩🏽\u200d🚀 up", "up", "👩🚀"),
        ("日本", "□□", "日本"),
        ("שלום", "□□□□", "שלום"),
        ("\u202eevil\u202c", "evil", ""),
        ("", "", ""),
        ("Hot☕coffee", "Hot coffee", "☕"),
        ("coffee☕.", "coffee.", "☕"),
        ("20℃ and 5㎂", "20°C and 5μA", ""),
        ("㈱", "", "㈱"),
    ],
)
def test_what_no_font_has_is_replaced_and_told(text: str, drawn: str, lost: str) -> None:
    assert readable(text) == (drawn, tuple(dict.fromkeys(lost)))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("text", ["Привет, мир", "Καλημέρα", "Tiếng Việt đường phở", "Plain words"])
def test_a_text_is_never_set_in_two_faces(family: str, text: str) -> None:
    found = typography({"headline": family, "body": family}, text, text)
    for style in (found.head, found.body, found.bold, found.label):
        said = text.upper() if style.caps else text
        assert {face(style.face).glyph(letter).face.key for letter in said if letter.isalpha()} == {style.face}
    assert text != "Plain words" or found == typography({"headline": family, "body": family})
