"""The manners of scikit-learn, of all estimators: parameters, copies, pickles, and answers that stand alone."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import check_estimator

from saywhy.code_frame import load_code_frame
from tests.training.estimators.small_model import SmallModel
from training.estimators import CauseFinder, CommentClassifier, SentimentClassifier, ThemeClassifier, TopicModel

COMMENTS = [
    *(f"the parcel came {when} late" for when in ("very", "three days", "again", "a week", "much too", "so")),
    *(f"great support, {who} helped" for who in ("Ada", "Bob", "they", "everyone", "she", "he")),
    *(f"app crashes on {what}" for what in ("start", "login", "export", "upload", "save", "print")),
]
LABELS = ["delivery"] * 6 + ["support"] * 6 + ["app"] * 6
SENTIMENTS = ["negative"] * 6 + ["positive"] * 6 + ["negative"] * 6
THEMES = [["delivery", "timeliness"]] * 6 + [["support"]] * 6 + [["reliability"]] * 6
OWN = {"own.late": COMMENTS[:3]}

pytestmark = pytest.mark.usefixtures("small")

#: What is no list of texts.
BAD_COMMENTS: list[tuple[Any, type[Exception], str]] = [
    ([], ValueError, "there are no comments: 0 samples"),
    ("one text", TypeError, "a list of comments is expected, found str"),
    (None, TypeError, "a list of comments is expected, found NoneType"),
    (iter(COMMENTS), TypeError, "a list of comments is expected"),
    ([*COMMENTS[:2], None], ValueError, "comment 2 is missing"),
    (pd.Series([*COMMENTS[:2], None]), ValueError, "comment 2 is missing"),
    (pd.Series([*COMMENTS[:2], pd.NA], dtype="string"), ValueError, "comment 2 is missing"),
    ([COMMENTS[0], 3.5], TypeError, "comment 1 is no text but float: 3.5"),
    (np.zeros((3, 2)), ValueError, r"one dimension, found the shape \(3, 2\)"),
    (pd.DataFrame({"comment": COMMENTS}), ValueError, "choose one column"),
]

#: Each estimator with the labels that it learns from.
ESTIMATORS: dict[str, tuple[Any, Any]] = {
    "sentiment": (SentimentClassifier(), SENTIMENTS),
    "themes": (ThemeClassifier(), THEMES),
    "classes": (CommentClassifier(), LABELS),
    "causes": (CauseFinder(OWN), None),
    "topics": (TopicModel(), None),
}


@pytest.fixture(params=list(ESTIMATORS))
def unfitted(
    request: pytest.FixtureRequest,
) -> tuple[Any, Any]:
    """An estimator and its labels."""
    estimator, labels = ESTIMATORS[request.param]
    return clone(estimator), labels


def answers(estimator: Any, comments: Any, **arguments: Any) -> list[Any]:
    """All that it says of comments, a row for each."""
    methods = [name for name in ("predict", "predict_proba", "transform") if hasattr(estimator, name)]
    return [np.asarray(getattr(estimator, name)(comments, **arguments)) for name in methods]


def assert_equal(one: list[Any], other: list[Any]) -> None:
    """Labels are the same, numbers to four digits."""
    assert len(one) == len(other) > 0
    for left, right in zip(one, other, strict=True):
        if left.dtype.kind == "f":
            np.testing.assert_allclose(left, right, atol=1e-4)
        else:
            assert left.tolist() == right.tolist()


def test_what_scikit_learn_checks_of_estimators_of_text(unfitted: tuple[Any, Any]) -> None:
    """Its own check passes, which for an estimator that takes no matrix is short; the tags say so."""
    estimator, _ = unfitted
    with pytest.warns(UserWarning, match="Can't test estimator"):
        results = check_estimator(estimator, on_fail=None)
    assert all(result["status"] == "passed" for result in results)
    tags = get_tags(estimator).input_tags
    assert (tags.string, tags.one_d_array, tags.two_d_array) == (True, True, False)


def test_parameters_are_kept_as_they_were_given(unfitted: tuple[Any, Any]) -> None:
    """Every parameter can be read, set and cloned, and nothing else is set before the fit."""
    estimator, _ = unfitted
    parameters = estimator.get_params()
    assert vars(estimator) == parameters
    assert clone(estimator).get_params() == parameters
    for name in parameters:
        assert estimator.set_params(**{name: "x"}).get_params()[name] == "x"


@pytest.mark.slow
def test_a_second_fit_says_the_same(unfitted: tuple[Any, Any]) -> None:
    """A fit returns the estimator, leaves its parameters and its input alone, and can be repeated."""
    estimator, labels = unfitted
    before, given = copy.deepcopy(estimator.get_params()), copy.deepcopy((COMMENTS, labels))
    assert estimator.fit(COMMENTS, labels) is estimator
    first = answers(estimator, COMMENTS)
    state = set(vars(estimator))
    assert_equal(first, answers(estimator.fit(COMMENTS, labels), COMMENTS))
    assert set(vars(estimator)) == state
    assert (estimator.get_params(), (COMMENTS, labels)) == (before, given)


def test_a_comment_is_answered_by_itself(unfitted: tuple[Any, Any]) -> None:
    """An answer does not depend on which other comments are asked for, nor on their order; asking changes nothing."""
    estimator, labels = unfitted
    estimator.fit(COMMENTS, labels)
    state = pickle.dumps(estimator)
    of_all = answers(estimator, COMMENTS)
    for position in (0, 7, 17):
        assert_equal(answers(estimator, [COMMENTS[position]]), [rows[position : position + 1] for rows in of_all])
    assert_equal(answers(estimator, COMMENTS[::-1]), [rows[::-1] for rows in of_all])
    assert pickle.dumps(estimator) == state


@pytest.mark.slow
def test_lists_arrays_and_series_are_alike(unfitted: tuple[Any, Any]) -> None:
    """Comments may come in a list, a tuple, an array or a series whose index counts for nothing."""
    estimator, labels = unfitted
    expected = answers(estimator.fit(COMMENTS, labels), COMMENTS)
    series = pd.Series(COMMENTS, index=range(50, 50 + len(COMMENTS)))
    for comments in (tuple(COMMENTS), np.array(COMMENTS), np.array(COMMENTS, object), series, series.astype("string")):
        assert_equal(answers(clone(estimator).fit(comments, labels), comments), expected)


def test_pickles_do_not_hold_the_model(unfitted: tuple[Any, Any]) -> None:
    """A pickle is small, and answers the same; a copy does so as well."""
    estimator, labels = unfitted
    estimator.fit(COMMENTS, labels)
    pickled = pickle.dumps(estimator)
    assert len(pickled) < 1_000_000
    for again in (pickle.loads(pickled), copy.deepcopy(estimator)):
        assert_equal(answers(again, COMMENTS), answers(estimator, COMMENTS))


def test_what_is_not_fitted_answers_nothing(unfitted: tuple[Any, Any]) -> None:
    """Before the fit every method says so."""
    estimator, _ = unfitted
    for name in ("predict", "predict_proba", "transform", "find", "get_feature_names_out"):
        if method := getattr(estimator, name, None):
            with pytest.raises(NotFittedError):
                method(*[COMMENTS] if name != "get_feature_names_out" else ())


def test_another_version_of_the_model_is_refused(
    unfitted: tuple[Any, Any], small: SmallModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Heads, vectors and centroids of one version mean nothing in another."""
    estimator, labels = unfitted
    estimator.fit(COMMENTS, labels)
    other = SmallModel(replace(small.bundle, version="other-1"), small.annotator)
    monkeypatch.setattr("training.estimators.base.open_model", lambda _: other)
    with pytest.raises(ValueError, match=r"was fitted with the model core-.* has other-1"):
        answers(estimator, COMMENTS)


def test_bad_comments_are_named(unfitted: tuple[Any, Any]) -> None:
    """What is no list of texts is refused with the position, where it is fitted and where it is asked."""
    estimator, labels = unfitted
    fitted = clone(estimator).fit(COMMENTS, labels)
    for comments, error, message in BAD_COMMENTS:
        with pytest.raises(error, match=message):
            estimator.fit(comments, labels)
        with pytest.raises(error, match=message):
            answers(fitted, comments)


@pytest.mark.parametrize("name", ["sentiment", "classes"])
@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (None, "requires y to be passed"),
        (LABELS[:-1], "18 comments but 17 labels"),
        (["negative"] * 18, "all labels are of one class, 'negative'"),
        ([*SENTIMENTS[:-1], None], "label 17 is missing"),
        ([*SENTIMENTS[:-1], float("nan")], "label 17 is missing"),
        (np.zeros((18, 2)), "one dimension"),
    ],
)
def test_bad_labels_are_named(name: str, labels: Any, message: str) -> None:
    """Labels must be there, as many as comments, of two classes."""
    with pytest.raises(ValueError, match=message):
        clone(ESTIMATORS[name][0]).fit(COMMENTS, labels)


@pytest.mark.parametrize(
    ("estimator", "labels", "error", "message"),
    [
        (SentimentClassifier(), ["good"] * 9 + ["bad"] * 9, ValueError, "label 0 is 'good'; sentiments are: negative"),
        (SentimentClassifier(pull=0), SENTIMENTS, ValueError, "pull must be above 0"),
        (ThemeClassifier(), None, ValueError, "requires y"),
        (ThemeClassifier(), THEMES[:-1], ValueError, "18 comments but 17 labels"),
        (ThemeClassifier(), ["delivery"] * 18, ValueError, "comment 0 must be a list of ids, found 'delivery'"),
        (ThemeClassifier(), [["parcels"]] * 18, ValueError, "comment 0: there is no theme 'parcels'; there are: "),
        (ThemeClassifier(), np.zeros((18, 3)), ValueError, "labels have 3 columns"),
        (ThemeClassifier(), np.full((18, 18), 2), ValueError, "labels must be 0 or 1"),
        (CommentClassifier(), [*["a"] * 16, "b", "b"], ValueError, "class 'b' has fewer than 3 comments: 2"),
        (CommentClassifier(background="none"), LABELS, ValueError, "no comment has the background 'none'"),
        (CommentClassifier(), np.linspace(0, 1, 18), ValueError, "Unknown label type"),
        (CauseFinder(["late"]), None, TypeError, "own must be a mapping"),  # type: ignore[arg-type]
        (CauseFinder({"late": "it was late"}), None, TypeError, "examples of 'late' must be a list"),
        (CauseFinder({"late": []}), None, ValueError, "'late' has no example"),
        (CauseFinder({"late": [" "]}), None, ValueError, "a text that is not blank"),
        (CauseFinder({"delivery.late": ["late"]}), None, ValueError, "the library has a cause 'delivery.late' already"),
        (CauseFinder(min_similarity=2), None, ValueError, "min_similarity must be 0 to 1"),
    ],
)
def test_bad_labels_examples_and_parameters_are_named(
    estimator: Any, labels: Any, error: type[Exception], message: str
) -> None:
    """What an estimator cannot learn from is refused with what is wrong and what there is."""
    with pytest.raises(error, match=message):
        clone(estimator).fit(COMMENTS, labels)


@pytest.mark.parametrize("scores", [[11] * 18, [-1] * 18, [7.5] * 18, ["x"] * 18, [5] * 17, [None] * 18])
def test_bad_scores_are_refused(scores: Any) -> None:
    """Scores are whole numbers from 0 to 10, as many as comments, and at least one is there."""
    with pytest.raises(ValueError, match="score"):
        TopicModel().fit(COMMENTS, scores=scores)


def test_blank_comments_are_answered(unfitted: tuple[Any, Any]) -> None:
    """A blank comment is an answer of nothing: it is in no topic and names no cause, and fails nowhere."""
    estimator, labels = unfitted
    estimator.fit([*COMMENTS, "", " "], None if labels is None else [*labels, *labels[:2]])
    for rows in answers(estimator, ["", "\n", "-", "🙂"]):
        assert len(rows) == 4
    if isinstance(estimator, TopicModel):
        assert estimator.labels_[-2:].tolist() == [-1, -1]


def test_a_search_chooses_and_languages_are_passed_on() -> None:
    """Grid search and cross-validation work, with a parameter of the fit that is divided as the comments are."""
    search = GridSearchCV(SentimentClassifier(), {"pull": [0.1, 10.0]}, cv=2)
    search.fit(COMMENTS, SENTIMENTS, languages=["en"] * len(COMMENTS))
    assert search.best_params_["pull"] in (0.1, 10.0)
    languages = {"languages": ["en"] * len(COMMENTS)}
    assert len(cross_val_score(CommentClassifier(), COMMENTS, LABELS, cv=2, params=languages)) == 2
    with pytest.raises(ValueError, match="18 comments but 1 languages"):
        CommentClassifier().fit(COMMENTS, LABELS, languages=["en"])


def test_themes_are_scored_as_a_matrix() -> None:
    """A matrix of themes is cross-validated with F1, and learnt as the lists of ids are."""
    ids = load_code_frame().ids
    matrix = np.array([[theme in named for theme in ids] for named in THEMES], int)
    assert len(cross_val_score(ThemeClassifier(), COMMENTS, matrix, cv=2, scoring="f1_micro")) == 2
    of_matrix, of_lists = (ThemeClassifier().fit(COMMENTS, y) for y in (matrix, THEMES))
    assert_equal(answers(of_matrix, COMMENTS), answers(of_lists, COMMENTS))
    assert of_lists.classes_.tolist() == list(ids)


def test_causes_and_topics_are_steps_of_a_pipeline() -> None:
    """What they transform has a name for each column, in a data frame too, and a classifier learns from it."""
    for step in (CauseFinder(OWN), TopicModel()):
        frame = clone(step).set_output(transform="pandas").fit_transform(pd.Series(COMMENTS))
        names = clone(step).fit(COMMENTS).get_feature_names_out()
        assert frame.columns.tolist() == names.tolist()
        assert len(set(names)) == len(names)
        pipeline = make_pipeline(step, LogisticRegression())
        assert len(cross_val_score(pipeline, COMMENTS, LABELS, cv=2)) == 2
