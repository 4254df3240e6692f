"""What survey tools send and return is read by what they say of their fields and by what people decide."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.v1.receiving import EXAMPLES
from pipelines.ingest.providers import PROVIDERS, Api, read_records
from pipelines.ingest.providers.provider import after
from pipelines.ingest.providers.records import ReadRecords
from saywhy.errors import ColumnNotFound, InvalidInput, ScaleUndecided
from saywhy.feedback import Comment, Customer, Response, Scale, Score, Segment
from saywhy.mapping import ColumnChoice, Mapping
from saywhy.source import SourceKind, SourceSettings

EXPORTS = Path(__file__).parents[1] / "fixtures" / "exports"


def read(kind: SourceKind, payload: Any, mapping: Mapping | None = None, **settings: Any) -> ReadRecords:
    """The responses in a webhook."""
    provider = PROVIDERS[kind]
    wanted = SourceSettings("s", kind, settings.pop("namespace", provider.tool.name), **settings)
    return read_records(provider, provider.event(payload).records, wanted, mapping)


def typeform(answers: list[dict[str, Any]], fields: list[dict[str, Any]], **response: Any) -> dict[str, Any]:
    """A webhook of Typeform."""
    body = {"token": "t1", "submitted_at": "2026-04-01T09:30:00Z", "definition": {"fields": fields}, "answers": answers}
    return {"event_id": "e", "event_type": "form_response", "form_response": body | response}


def answered(field: dict[str, Any], kind: str, value: Any) -> dict[str, Any]:
    """An answer to a question."""
    return {"type": kind, kind: value, "field": {name: field[name] for name in ("id", "type")}}


NPS = {"id": "f1", "type": "nps", "title": "Would you recommend us?"}
SCALE = {"id": "f2", "type": "opinion_scale", "title": "How happy are you?", "properties": {"steps": 11}}
WHY = {"id": "f3", "type": "long_text", "title": "Why?"}
AGE = {"id": "f4", "type": "number", "title": "Age"}


def test_typeform_webhook() -> None:
    """The example of the documentation: the answer to the NPS question, the long text, hidden fields; never the points
    of a quiz.
    """
    [response] = read(SourceKind.TYPEFORM, EXAMPLES[SourceKind.TYPEFORM]).responses
    assert response == Response(
        "typeform",
        "a3a12ec67a1365927098a606107fac15",
        Score(3),
        Comment("It came a week late."),
        datetime(2026, 4, 1, 9, 30, tzinfo=UTC),
        customer=Customer(id="c-17"),
    )


def test_typeform_question_that_was_not_answered() -> None:
    """No other number is taken for the score, and the comment is read all the same."""
    answers = [answered(AGE, "number", 10), answered(WHY, "text", "Late.")]
    [response] = read(SourceKind.TYPEFORM, typeform(answers, [AGE, NPS, WHY])).responses
    assert (response.score, response.comment) == (None, Comment("Late."))


def test_typeform_opinion_scale() -> None:
    """An opinion scale is the score if it is known to run from 0 to 10 and there is no NPS question."""
    answers = [answered(SCALE, "number", 0), answered(WHY, "text", "Late.")]
    [response] = read(SourceKind.TYPEFORM, typeform(answers, [SCALE, WHY])).responses
    assert response.score == Score(0)
    both = [answered(SCALE, "number", 0), answered(NPS, "number", 9)]
    assert read(SourceKind.TYPEFORM, typeform(both, [SCALE, NPS])).responses[0].score == Score(9)


def test_people_decide_which_fields_hold_what() -> None:
    """Fields that a source names precede those of its mapping, and both what the tool says; one that is missing is
    blank.
    """
    answers = [answered(NPS, "number", 9), answered(SCALE, "number", 4), answered(WHY, "text", "Late.")]
    payload = typeform(answers, [NPS, SCALE, WHY], hidden={"crm": "c-9", "shop": "Berlin"})
    mapping = Mapping("m", (), ColumnChoice(score="Nothing", customer_id="crm", segments=("shop", "team")))
    columns = ColumnChoice(score="How happy are you?")
    [response] = read(SourceKind.TYPEFORM, payload, mapping, columns=columns, scale=Scale.NPS, wave="W1").responses
    assert (response.score, response.customer, response.wave) == (Score(4), Customer(id="c-9"), "W1")
    assert response.segments == (Segment("shop", "Berlin"),)
    [response] = read(SourceKind.TYPEFORM, payload, mapping).responses
    assert (response.score, response.comment) == (None, Comment("Late."))


def test_a_chosen_score_is_not_taken_for_nps() -> None:
    """The scale that the tool gives is that of its own question."""
    payload = typeform([answered(NPS, "number", 9), answered(AGE, "number", 4)], [NPS, AGE])
    with pytest.raises(ScaleUndecided):
        read(SourceKind.TYPEFORM, payload, columns=ColumnChoice(score="Age"))
    assert read(SourceKind.TYPEFORM, payload, columns=ColumnChoice(score="Age"), scale=Scale.FIVE).responses[
        0
    ].score == Score(4, Scale.FIVE)


def test_delighted_promoterio_and_generic_webhooks() -> None:
    """The examples of the documentation."""
    [delighted] = read(SourceKind.DELIGHTED, EXAMPLES[SourceKind.DELIGHTED]).responses
    assert (delighted.source, delighted.external_id, delighted.score) == ("delighted", "210", Score(9))
    assert delighted.customer == Customer(id="99", email="ada@example.com")
    [promoter] = read(SourceKind.PROMOTERIO, EXAMPLES[SourceKind.PROMOTERIO]).responses
    assert (promoter.source, promoter.external_id, promoter.customer) == ("promoter", "77", Customer(id="4"))
    assert promoter.comment == Comment("Late.")
    [generic] = read(SourceKind.GENERIC, EXAMPLES[SourceKind.GENERIC], namespace="shop").responses
    assert (generic.source, generic.external_id, generic.score) == ("shop", "r-1001", Score(3))


def test_generic_webhooks_take_several_responses_and_leave_ids_alone() -> None:
    """As a list or an object, with and without an envelope; an id that looks like a row number is one all the same."""
    one, two = ({"id": str(number), "score": number, "comment": f"so {number}"} for number in (1, 2))
    for payload in ([one, two], {"data": [one, two]}, {"source": "x", "responses": [one, two]}):
        responses = read(SourceKind.GENERIC, payload, wave="W1").responses
        assert [response.external_id for response in responses] == ["1", "2"]
    assert [r.external_id for r in read(SourceKind.GENERIC, one, wave="W1").responses] == ["1"]
    assert PROVIDERS[SourceKind.GENERIC].event([]).note


def test_a_record_without_id_is_rejected() -> None:
    """It would count twice if it were sent again."""
    received = read(SourceKind.GENERIC, {"data": {"score": 7, "comment": "ok then"}})
    assert received.responses == ()
    assert [rejection.reason for rejection in received.rejections] == [
        "has no response id, by which known responses are told from new ones"
    ]


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (SourceKind.TYPEFORM, {"event_type": "form_response_partial"}),
        (SourceKind.SURVEYMONKEY, {"event_type": "collector_created"}),
        (SourceKind.DELIGHTED, {"event_type": "unsubscribe"}),
        (SourceKind.DELIGHTED, {"event_type": "survey_response.created", "event_data": {"survey_type": "csat"}}),
        (SourceKind.PROMOTERIO, {"event": "contact.unsubscribed"}),
        (SourceKind.HUBSPOT, []),
    ],
)
def test_other_events_are_nothing_to_do(kind: SourceKind, payload: Any) -> None:
    """And say so."""
    event = PROVIDERS[kind].event(payload)
    assert (list(event.records), event.is_to_pull, bool(event.note)) == ([], False, True)


@pytest.mark.parametrize("kind", [SourceKind.SURVEYMONKEY, SourceKind.HUBSPOT])
def test_webhooks_without_answers_ask_for_a_pull(kind: SourceKind) -> None:
    """SurveyMonkey and HubSpot send ids only."""
    event = PROVIDERS[kind].event(EXAMPLES[kind])
    assert (event.is_to_pull, list(event.records)) == (True, [])


@pytest.mark.parametrize("kind", SourceKind)
@pytest.mark.parametrize("payload", [None, 1, "text", [1], [{"a": 1}, 2]])
def test_what_is_no_webhook_is_refused(kind: SourceKind, payload: Any) -> None:
    """With a reason."""
    with pytest.raises(InvalidInput, match=r"is not a (JSON object|list)"):
        PROVIDERS[kind].event(payload)


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (SourceKind.TYPEFORM, {"event_type": "form_response", "form_response": {"token": "t"}}),
        (SourceKind.PROMOTERIO, {"a": {"b": [1]}}),
        (SourceKind.GENERIC, {"data": {"id": "1"}}),
    ],
)
def test_a_webhook_without_answers_is_refused(kind: SourceKind, payload: Any) -> None:
    """It has neither a score nor a comment; the fields that it has are named."""
    with pytest.raises(ColumnNotFound, match="neither a score nor a comment"):
        read(kind, payload)


def nested(depth: int) -> Any:
    """An object so deep."""
    value: Any = 1
    for _ in range(depth):
        value = {"a": value}
    return value


@pytest.mark.parametrize("kind", [SourceKind.TYPEFORM, SourceKind.GENERIC, SourceKind.PROMOTERIO])
def test_deep_and_odd_fields_cost_nothing_else(kind: SourceKind) -> None:
    """Fields that are objects and lists of anything do not hide score and comment."""
    odd = {"deep": nested(200), "list": [[], {}, None, [1, {"b": 2}]], "": 1, "nul\0": "x"}
    payload: Any = {**EXAMPLES[kind], "data": {**EXAMPLES[SourceKind.GENERIC]["data"], **odd}}
    if kind is SourceKind.TYPEFORM:
        payload = {**EXAMPLES[kind], "form_response": {**EXAMPLES[kind]["form_response"], "hidden": odd}}
    [response] = read(kind, payload).responses
    assert response.score == Score(3)


@pytest.mark.parametrize(
    ("comment", "reason"), [("a\0b", "NUL"), ("\ud83d", "cannot be decoded"), ("x" * 2_000_000, "longer than")]
)
def test_a_record_that_cannot_be_stored_is_refused_with_the_reason(comment: str, reason: str) -> None:
    """One that is alone says what is wrong with it, not that no row fits."""
    provider, settings = PROVIDERS[SourceKind.GENERIC], SourceSettings("s", SourceKind.GENERIC, "shop")
    with pytest.raises(InvalidInput, match=f"none of the first rows can be read.*{reason}"):
        read_records(provider, [{"id": "1", "score": 3, "comment": comment}], settings)


def test_hubspot_page() -> None:
    """NPS only, with the cursor of the next page; other surveys are rejected with the reason."""
    provider = PROVIDERS[SourceKind.HUBSPOT]
    assert provider.api is not None
    body = json.loads((EXPORTS / "hubspot.json").read_text())
    page = provider.api.page(body, {})
    pulled = read_records(provider, page.records, SourceSettings("s", SourceKind.HUBSPOT, "hubspot"))
    assert page.next == {"after": body["paging"]["next"]["after"]}
    assert [(r.external_id, r.score) for r in pulled.responses] == [("990001", Score(9)), ("990003", Score(0))]
    assert [rejection.reason for rejection in pulled.rejections] == ["a survey of type CES, not NPS"]


def api_of(kind: SourceKind) -> Api:
    """The interface of a tool."""
    api = PROVIDERS[kind].api
    assert api is not None
    return api


@pytest.mark.parametrize("kind", [kind for kind in SourceKind if PROVIDERS[kind].api])
@pytest.mark.parametrize("body", [None, 1, [1], {}, {"items": 1, "data": 1, "results": {}}, {"items": [1]}])
def test_a_page_of_another_shape_is_refused(kind: SourceKind, body: Any) -> None:
    """With what is wrong in it, rather than taken for an empty one."""
    with pytest.raises(InvalidInput):
        api_of(kind).page(body, {})


@pytest.mark.parametrize("kind", [kind for kind in SourceKind if PROVIDERS[kind].api])
def test_tools_are_asked_by_https(kind: SourceKind) -> None:
    """At their own addresses."""
    assert all(host.startswith("https://") and host.count("/") == 2 for host in api_of(kind).hosts)


def test_the_next_page_begins_where_changes_were() -> None:
    """From the latest change on, a second before; with many of one second, the next page; none after the last."""
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    first = after(noon, {}, is_last=False)
    assert first == {"since": "2026-01-01T11:59:59+00:00"}
    assert after(noon, first, is_last=False) == {**first, "page": 2}
    assert after(noon, {**first, "page": 2}, is_last=False) == {**first, "page": 3}
    assert after(noon, first, is_last=True) is None
    assert after(None, {}, is_last=False) == {"page": 2}
