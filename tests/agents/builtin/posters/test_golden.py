"""Golden pictures: every layout in every format looks as it did when a person last looked at it."""

import pytest

from conductor.lib import png
from tests.agents.builtin.posters import pixels, samples

KEPT = sorted(path.name for path in samples.GOLDEN.glob("*.png"))


@pytest.fixture(scope="module")
def drawn() -> dict[str, str]:
    return samples.goldens()


def test_every_layout_and_format_has_a_golden_picture(drawn: dict[str, str]) -> None:
    assert set(KEPT) == set(drawn)


@pytest.mark.parametrize("name", KEPT)
def test_a_poster_looks_as_it_did(drawn: dict[str, str], name: str) -> None:
    """A rasteriser may differ at the edges of shapes; a moved text or another colour may not pass."""
    was = pixels.read((samples.GOLDEN / name).read_bytes())
    now = pixels.read(png.render(drawn[name], width=samples.WIDTH))
    mean, plain = pixels.difference(was, now)
    assert mean < 0.6, "run python -m tests.agents.builtin.posters.samples if the change is meant"
    assert plain < 0.003


def test_a_small_change_would_be_seen() -> None:
    one = samples.concept("grid", 2)
    other = samples.concept("grid", 2, headline="Boots made from recycled nets")
    drawn = [samples.draw_concept(made).posters[0]["svg"] for made in (one, other)]
    mean, plain = pixels.difference(*(pixels.read(png.render(svg, width=samples.WIDTH)) for svg in drawn))
    assert mean >= 0.6 or plain >= 0.003
