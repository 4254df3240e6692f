"""Code frames in YAML: what is read, what a version is, and what is said of mistakes."""

from __future__ import annotations

import pytest

from saywhy.code_frame import FIRST_CLASS_LANGUAGES, VERDICT
from saywhy.errors import InvalidInput
from saywhy.frame_changes import FrameChanges, changes_between
from saywhy.frame_file import load_frame, read_frame, shipped_frames
from saywhy.frame_yaml import parse_frame
from tests.builders.frames import SHOP


def test_a_frame_is_read() -> None:
    """Themes and causes, names and examples by language or without one, and what became of earlier ids."""
    frame = read_frame(SHOP)
    assert (frame.id, frame.name("de"), frame.name("fr")) == ("shop", "Unser Laden", "Our shop")
    assert frame.code_frame.ids == ("checkout", "bakery", VERDICT)
    assert [(cause.id, cause.theme) for cause in frame.code_frame.causes] == [("checkout.queue", "checkout")]
    assert frame.examples["bakery"] == ("The rolls are fresh", "Stale bread again", "Das Brot ist hart")
    assert frame.renamed == {"till": "checkout", "payment": "checkout"}
    assert frame.changes["parking"] == ()


def test_the_version_is_that_of_the_content() -> None:
    """Comments and layout change nothing, a name and an example do; labels are lessons beside the version."""
    version = read_frame(SHOP).version
    assert read_frame(f"# ours\n{SHOP}\n").version == version
    assert read_frame(SHOP.replace("Bakery", "Bread")).version != version
    assert read_frame(SHOP.replace("Stale bread again", "Stale bread, again")).version != version
    taught = read_frame(SHOP).taught([("till", "No change in the till"), ("unknown", "…")])
    assert taught.version == version
    assert taught.lessons
    assert taught.examples["checkout"][-1] == "No change in the till"
    assert read_frame(SHOP).taught([("unknown", "…")]).lessons == ""


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("id: bakery", "id: checkout", "line 7, themes[1].id: there is 'checkout' in line 4 already"),
        ("theme: checkout", "theme: tills", "causes[0].theme: there is no theme 'tills'; there are: checkout, bakery"),
        ("names: {en: Checkout, de: Kasse}", "names: {de: Kasse}", "line 5, themes[0].names: missing"),
        ("[The rolls are fresh, Stale bread again]", "[Stale bread again]", "2 different examples: at least 3"),
        ("polarity: negative", "polarity: bad", "causes[0].polarity: negative or positive is expected"),
        ("id: shop", "id: core", "line 1, id: 'core' is the code frame of the models"),
        ("id: bakery", "id: general", "every frame has a theme 'general' already"),
        ("from: parking", "from: bakery", "changes[1].from: 'bakery' is in the frame still"),
        ("to: checkout", "to: cellar", "changes[0].to: there is no theme or cause 'cellar'"),
        ("id: shop", "id: shop\nid: shop", "line 2, the file: 'id' is there twice"),
        ("id: shop", "id: &a shop\nnames: *a", "line 2, the file: aliases"),
        ("themes:", "themes: [", "not YAML"),
        ("id: shop", f"id: {'[' * 20_000}", "line 1, the file: lists and mappings are nested more than 20 deep"),
        ("id: shop", 'id: "\\UFFFFFFFF"', "the file: not YAML"),
        ("id: shop", 'id: "\\U00110000"', "the file: not YAML"),
        ("id: shop", f"%YAML 1.{'9' * 5_000}\n---\nid: shop", "the file: not YAML"),
        ("id: shop", "id: shop\n---\nid: shop", "but found another document"),
    ],
)
def test_a_mistake_is_said_with_its_place(before: str, after: str, told: str) -> None:
    """Whatever is wrong, line, path and reason are in the error."""
    assert before in SHOP
    with pytest.raises(InvalidInput) as error:
        read_frame(SHOP.replace(before, after, 1), "shop.yaml")
    assert error.value.detail.startswith("shop.yaml: ")
    assert told in error.value.detail


def test_all_mistakes_are_said_at_once() -> None:
    """Two mistakes are two sentences."""
    with pytest.raises(InvalidInput, match=r"themes\[0\]\.id.*causes\[0\]\.theme"):
        read_frame(SHOP.replace("id: checkout\n", "id: Checkout!\n"))


def test_what_is_said_of_many_mistakes_stays_short() -> None:
    """A theme that is not known is told with some of those that there are: thousands of each would fill the memory."""
    themes = "".join(f"- {{id: theme{number}}}\n" for number in range(1_000))
    frame, faults = parse_frame(f"themes:\n{themes}causes:\n" + "- {theme: x}\n" * 1_000)
    assert frame is None
    assert len(faults) > 4_000
    assert max(len(fault.reason) for fault in faults) < 500


def test_what_a_version_changed() -> None:
    """What is new, what became of what is gone, what has other words, and examples, which follow renamed ids."""
    changed = (
        SHOP.replace("id: bakery", "id: bread")
        .replace("from: parking, to: []", "from: bakery, to: bread")
        .replace("de: Lange Schlange", "de: Schlange")
        .replace("Stale bread again", "Old bread, Very old bread")
    )
    assert changes_between(read_frame(SHOP), read_frame(changed)) == FrameChanges(
        added=("bread",),
        gone={"bakery": ("bread",)},
        reworded=("checkout.queue",),
        more_examples=2,
        fewer_examples=1,
    )
    assert changes_between(read_frame(SHOP), read_frame(f"# ours\n{SHOP}")) == FrameChanges((), {}, (), 0, 0)


def test_the_frame_for_employees_is_complete() -> None:
    """Every theme has a name, a definition and examples of its own in the four languages."""
    frame = load_frame(shipped_frames()["employee"])
    texts = [text for examples in frame.examples.values() for text in examples]
    assert len(frame.code_frame.themes) == 11
    assert len(texts) == len(set(texts)) == 280
    for theme in frame.code_frame:
        assert set(theme.names) == set(theme.descriptions) == set(FIRST_CLASS_LANGUAGES)
