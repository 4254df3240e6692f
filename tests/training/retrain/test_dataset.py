"""Labels from files, and how they become a data set: checked, without repeats, split by the hash of the text."""

from __future__ import annotations

from pathlib import Path

import pytest

from saywhy.annotation import Polarity
from saywhy.code_frame import load_code_frame
from saywhy.errors import InvalidInput
from saywhy.label import LabelledClause, LabelledComment
from training.retrain.dataset import make_dataset
from training.retrain.options import read_options
from training.retrain.own_causes import read_own_causes

FRAME = load_code_frame()


def comments(count: int, sentiment: Polarity = Polarity.NEGATIVE) -> list[LabelledComment]:
    """So many labelled comments."""
    return [LabelledComment(f"Too slow, number {number}.", "en", sentiment) for number in range(count)]


def test_records_are_read_as_written() -> None:
    """A comment with all labels comes back from its record; unknown is not the same as none."""
    clause = LabelledClause(0, 4, Polarity.NEGATIVE, (("price", None),), ("price.too_expensive",))
    full = LabelledComment(
        "Dear.", "en", Polarity.NEGATIVE, (("price", Polarity.NEGATIVE),), (), (clause,), (("plan", "Pro"),)
    )
    for comment in (full, LabelledComment("Dear."), LabelledComment("Dear.", themes=())):
        assert LabelledComment.of_record(comment.to_record()) == comment


def test_a_text_stays_in_its_part() -> None:
    """Whatever else is in the data and in which order, a text is trained on always or tested on always."""
    small = make_dataset(comments(100), FRAME, test_share=0.3)
    large = make_dataset(comments(300)[::-1], FRAME, test_share=0.3)
    assert {comment.text for comment in small.train} <= {comment.text for comment in large.train}
    assert {comment.text for comment in small.test} <= {comment.text for comment in large.test}
    assert 15 <= len(small.test) <= 45
    assert small.digest == make_dataset(comments(100)[::-1], FRAME, test_share=0.3).digest != large.digest


def test_repeats_are_put_together() -> None:
    """Of comments with the same letters the last one counts; of the same text all that is known of it."""
    later = LabelledComment("TOO SLOW, number 3!!", "en", Polarity.POSITIVE)
    themes = (("price", None),)
    clause = LabelledClause(0, 8, Polarity.NEGATIVE)
    more = LabelledComment("Too slow, number 4.", themes=themes, clauses=(clause,))
    data = make_dataset([*comments(40), later, more], FRAME, test_share=0.3)
    assert data.repeats == 2
    kept = (*data.train, *data.test)
    assert later in kept
    assert LabelledComment("Too slow, number 4.", "en", Polarity.NEGATIVE, themes, clauses=(clause,)) in kept
    assert len(kept) == 40


def test_leaked_comments_are_found() -> None:
    """Comments of a test set of one's own, or of the reference, that are trained on too."""
    data = make_dataset(comments(40), FRAME, test_share=0.3, test=comments(60)[35:])
    assert len(data.leaked) == 5
    split = make_dataset(comments(40), FRAME, test_share=0.3)
    assert split.leaked == ()
    reference = [split.train[0].text.upper()]
    assert make_dataset(comments(40), FRAME, test_share=0.3, reference=reference).leaked == (split.train[0].text,)


def test_unknown_labels_are_refused() -> None:
    """A theme or a cause that there is not, and too few comments, say so."""
    with pytest.raises(InvalidInput, match="no theme 'prices'"):
        make_dataset([LabelledComment("Dear", "en", themes=(("prices", None),))], FRAME, test_share=0.3)
    with pytest.raises(InvalidInput, match="no cause 'dear'"):
        make_dataset([LabelledComment("Dear", "en", causes=("dear",))], FRAME, test_share=0.3)
    with pytest.raises(InvalidInput, match="needs 20 in all"):
        make_dataset(comments(5), FRAME, test_share=0.3)


def test_the_snapshot_is_for_its_owner(tmp_path: Path) -> None:
    """It is named by the hash of the data, and nobody else may read it."""
    data = make_dataset(comments(40), FRAME, test_share=0.3)
    path = data.write(tmp_path)
    assert path.name == f"{data.digest}.jsonl"
    assert path.stat().st_mode & 0o077 == 0
    assert len(path.read_text("utf-8").splitlines()) == 40


def test_options_are_checked(tmp_path: Path) -> None:
    """A file and overrides; what is no option, no value or no TOML is refused."""
    file = tmp_path / "retrain.toml"
    file.write_text("seed = 3\npull = 2.5\n")
    options = read_options(file, {"pull": 4.0, "margin": None})
    assert (options.seed, options.pull) == (3, 4.0)
    for text, complaint in (
        ("sed = 3", "no option sed"),
        ("pull = 0", "above 0"),
        ("pull = 'a'", "pull"),
        ("=", "line 1"),
    ):
        file.write_text(text)
        with pytest.raises(InvalidInput, match=complaint):
            read_options(file, {})


def test_own_causes_are_checked(tmp_path: Path) -> None:
    """A cause needs an id that is new, a theme that there is, a polarity and an English name."""
    file = tmp_path / "causes.jsonl"
    good = '{"id": "own.moles", "theme": "quality", "polarity": "negative", "name": "Moles in the lawn"}'
    file.write_text(good)
    [cause] = read_own_causes(file, FRAME)
    assert (cause.id, cause.name()) == ("own.moles", "Moles in the lawn")
    for bad, complaint in (
        (f"{good}\n{good}", "line 2: there is a cause"),
        (good.replace("quality", "moles"), "no theme 'moles'"),
        (good.replace("negative", "mixed"), "polarity"),
        (good.replace("own.moles", "Moles"), '"id"'),
        ("[]", "line 1"),
    ):
        file.write_text(bad)
        with pytest.raises(InvalidInput, match=complaint):
            read_own_causes(file, FRAME)
