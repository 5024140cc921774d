"""Pictures from drawings: the same bytes, of a bounded size, and nothing that the renderer was not meant for."""

import pytest

from conductor.lib import png
from conductor.lib.errors import BadInput
from conductor.lib.typefaces import FILES, FOLDER
from tests.agents.builtin.posters import pixels

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50">'
PLAIN = f'{HEAD}<rect x="0" y="0" width="100" height="50" fill="#2b3a67"/></svg>'
WORDS = f'{HEAD}<text x="5" y="30" font-family="Inter" font-size="20" fill="#000000">Hi</text></svg>'


def test_a_drawing_keeps_its_size_and_colours() -> None:
    picture = pixels.read(png.render(PLAIN))
    assert (picture.width, picture.height) == (100, 50)
    assert picture.at(50, 25) == (0x2B, 0x3A, 0x67)


def test_the_width_may_be_chosen() -> None:
    picture = pixels.read(png.render(PLAIN, width=40))
    assert (picture.width, picture.height) == (40, 20)


def test_the_same_drawing_gives_the_same_bytes() -> None:
    assert png.render(WORDS) == png.render(WORDS)


def test_text_is_set_in_the_bundled_fonts() -> None:
    assert png.render(WORDS) != png.render(WORDS.replace("Inter", "Anton"))
    assert png.render(WORDS.replace("Inter", "DejaVu Sans")) == png.render(WORDS.replace("Inter", "No Such Font"))


@pytest.mark.parametrize("width", [0, -5, 15, 5_000, 10**9])
def test_a_size_out_of_bounds_is_refused(width: int) -> None:
    with pytest.raises(BadInput) as refused:
        png.render(PLAIN, width=width)
    assert "width" in refused.value.errors


@pytest.mark.parametrize(
    "evil",
    [
        "",
        "<svg",
        "<html/>",
        PLAIN.replace(' viewBox="0 0 100 50"', ""),
        PLAIN.replace("0 0 100 50", "0 0 0 50"),
        PLAIN.replace("0 0 100 50", "0 0 99999 50"),
        PLAIN.replace("0 0 100 50", "0 0 nan 50"),
        f"{HEAD}<script>alert(1)</script></svg>",
        f'{HEAD}<image href="file:///etc/passwd"/></svg>',
        f'{HEAD}<pattern id="p"><rect/></pattern></svg>',
        f'{HEAD}<mask id="m"/></svg>',
        f'{HEAD}<clipPath id="c"/></svg>',
        f'{HEAD}<rect fill="url(#p)" stroke-dasharray="0.0001"/></svg>',
        f'{HEAD}<g transform="scale(1e30)"><rect/></g></svg>',
        f'{HEAD}<path d="M0 0L10000000 3"/></svg>',
        f"{HEAD}{'<g>' * 9}{'</g>' * 9}</svg>",
        f"{HEAD}{'<rect/>' * 5_001}</svg>",
        f"{HEAD}{' ' * 400_000}</svg>",
        f'<!DOCTYPE svg [<!ENTITY a "aaaa">]>{HEAD}&a;</svg>',
    ],
)
def test_what_is_no_plain_drawing_is_refused(evil: str) -> None:
    with pytest.raises(BadInput) as refused:
        png.render(evil)
    assert "svg" in refused.value.errors


def test_a_fault_of_the_renderer_is_refused_and_ends_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    deep = '<g transform="scale(999999)">' * 3
    evil = f'{HEAD}{deep}<circle cx="0" cy="0" r="999999" fill="#000" stroke="#fff" stroke-width="999999"/>'
    evil += '<path stroke="#000" fill="#123456" d="M0 0L999999 999999L-999999 3z"/></g></g></g></svg>'
    with pytest.raises(BadInput, match="cannot be rendered"):
        png.render(evil)
    assert png.render(PLAIN)
    capfd.readouterr()


def test_the_bundled_fonts_are_there() -> None:
    assert {"Inter-400", "Inter-600", "Inter-800", "Anton-400", "Fraunces-700"} <= set(FILES)
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 1_500_000
