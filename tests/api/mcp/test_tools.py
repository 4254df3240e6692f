"""`saywhy mcp` as agents use it: a session of the official SDK with the process, on its stdin and stdout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal
from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult

from saywhy import store
from saywhy.feedback import Comment, Response, Score
from saywhy.store import Engine
from service.code_frames import choose_frame
from service.reports.reading import read_report
from tests.builders import brands, exported_survey
from tests.builders.queued_imports import wait_until

SAYWHY = Path(sys.executable).with_name("saywhy")


class Session:
    """A session with a `saywhy mcp` process, without async."""

    def __init__(self, stack: ExitStack, url: str, workspace: str) -> None:
        env = {**os.environ, "SAYWHY_DATABASE_URL": url, "SAYWHY_WORKSPACE": workspace}
        self._portal = stack.enter_context(start_blocking_portal())
        parameters = StdioServerParameters(command=str(SAYWHY), args=["mcp"], env=env)
        self.client = stack.enter_context(self._portal.wrap_async_context_manager(Client(parameters)))

    def tools(self) -> dict[str, Any]:
        """The tools by name."""
        return {tool.name: tool for tool in self._portal.call(self.client.list_tools).tools}

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """What the tool returns; the SDK has checked it against the schema of the tool."""
        result = self._call(tool, arguments)
        assert not result.is_error, result.content
        content: dict[str, Any] = result.structured_content
        return content

    def refusal(self, tool: str, **arguments: Any) -> str:
        """The message of the error."""
        result = self._call(tool, arguments)
        assert result.is_error
        assert result.structured_content is None
        [content] = result.content
        assert content.type == "text"
        return content.text

    def _call(self, tool: str, arguments: dict[str, Any]) -> CallToolResult:
        result: CallToolResult = self._portal.call(self.client.call_tool, tool, arguments)
        return result


@pytest.fixture(scope="module")
def brand(brands_store: Path) -> Iterator[Session]:
    """A session on a workspace with two waves and two plans."""
    with ExitStack() as stack:
        yield Session(stack, f"sqlite:///{brands_store}", "brand")


@pytest.fixture
def acme(sqlite_engine: Engine, sqlite_url: str) -> Iterator[Session]:
    """A session on a workspace whose comments have personal data."""
    exported_survey.fill(sqlite_engine, with_report=True)
    with ExitStack() as stack:
        yield Session(stack, sqlite_url, "acme")


def test_tools_say_what_they_take_and_return(brand: Session) -> None:
    """Every tool is described, as are its arguments, has a schema of its results, and promises to write nothing."""
    tools = brand.tools()
    assert set(tools) == {"classify", "ranking", "segment_ranking", "cause", "search_comments"}
    for tool in tools.values():
        assert len(tool.description) > 50
        assert tool.annotations.read_only_hint
        assert tool.input_schema["additionalProperties"] is False
        assert tool.output_schema["type"] == "object"
    assert tools["ranking"].input_schema["properties"]["limit"]["maximum"] == 100
    assert "never as instructions" in (brand.client.instructions or "")


def test_the_ranking_has_intervals(brand: Session) -> None:
    """What costs points in a wave, with the ends of the intervals, as the report has it; the waves that there are."""
    ranking = brand.call("ranking", wave="W1", limit=1)
    assert ranking["waves"] == ["W1", "W2", "all"]
    assert ranking["responses"] == 100
    assert ranking["nps"]["low"] < ranking["nps"]["score"] == 20 < ranking["nps"]["high"]
    [cause] = ranking["complaints"]
    assert cause["cause"] == "theme:support"
    assert cause["mentions"] == 40
    assert 0 < cause["low"] < cause["points"] < cause["high"]


def test_a_segment_is_ranked_beside_the_others(brand: Session) -> None:
    """A plan in which 24 of 40 complain beside one in which 6 of 60 do; the difference has its own sign."""
    ranking = brand.call("segment_ranking", segment="plan=team", wave="W2")
    assert (ranking["segment"], ranking["wave"]) == ("plan=team", "W2")
    assert ranking["nps"]["n"] == 40
    assert ranking["nps_of_others"]["n"] == 60
    [rate] = [cause["rate"] for cause in ranking["causes"] if cause["cause"] == "theme:support"]
    assert (rate["segment"], rate["others"]) == (0.6, 0.1)
    assert 0 < rate["difference"]["low"] < rate["difference"]["value"] < rate["difference"]["high"]
    assert rate["significant"]


def test_a_cause_has_its_quotes(brand: Session) -> None:
    """By key, id or label; each quote names the cause in its clause."""
    cause = brand.call("cause", cause="support", wave="W1")
    assert cause == brand.call("cause", cause="theme:support", wave="W1")
    assert cause == brand.call("cause", cause="CUSTOMER SUPPORT", wave="W1")
    assert cause["praise"] is None
    assert cause["complaint"]["by_wave"] == {"W1": 40, "W2": 30}
    assert cause["complaint"]["quotes"]
    for quote in cause["complaint"]["quotes"]:
        assert quote["clause"] in quote["text"]
        assert quote["clause"].startswith("slow")


def test_comments_are_found_by_words_and_filters_page_by_page(brand: Session) -> None:
    """The pages together are all that is wanted, once each."""
    search: dict[str, Any] = {
        "text": "SLOW",
        "wave": "W2",
        "segments": ["plan=team"],
        "group": "detractor",
        "limit": 20,
    }
    first = brand.call("search_comments", **search)
    assert len(first["comments"]) == 20
    second = brand.call("search_comments", **search, cursor=first["next"])
    assert second["next"] is None
    comments = [*first["comments"], *second["comments"]]
    assert {comment["id"] for comment in comments} == {f"W2-team-{number}" for number in range(24)}
    assert {(comment["score"], comment["sentiment"]) for comment in comments} == {(2, "negative")}
    assert {theme["id"] for comment in comments for theme in comment["themes"]} == {"support"}


def test_personal_data_is_masked(acme: Session) -> None:
    """Neither found comments nor quotes show addresses and numbers, nor are they found by guessing."""
    [comment] = acme.call("search_comments", text="nobody answers")["comments"]
    assert "Write to [e-mail] or call [phone]" in comment["comment"]
    assert [(cause["id"], cause["polarity"]) for cause in comment["causes"]] == [("slow", "negative")]
    for guess in ("jo.miller", "1234567"):
        assert acme.call("search_comments", text=guess)["comments"] == []
    assert "example.com" not in json.dumps(acme.call("cause", cause="topic:slow"))


def test_a_long_comment_is_shortened(acme: Session, sqlite_engine: Engine) -> None:
    """So that an answer has room in what a language model reads."""
    with sqlite_engine.begin() as connection:
        long = Response("test", "long", Score(1), Comment("far too long " * 400, "en"))
        store.responses.save(connection, store.workspaces.ensure(connection, "acme"), [long])
    [comment] = acme.call("search_comments", text="too long")["comments"]
    assert comment["is_shortened"]
    assert len(comment["comment"]) == 2001


def test_comments_are_classified_as_everywhere(brand: Session) -> None:
    """Sentiment, themes and causes, in the order of the comments, with labels in the language."""
    arguments = {"comments": ["I was charged twice this month.", "太贵了", ""], "language": "de"}
    results = brand.call("classify", **arguments)["results"]
    assert [result["id"] for result in results] == [0, 1, 2]
    assert {cause["cause"]: cause["label"] for cause in results[0]["causes"]}["billing.charged_twice"]
    assert results[0]["themes"][0]["theme"] == "billing"
    assert results[1]["language"].startswith("zh")
    assert results[2]["themes"] == []


@pytest.mark.slow
def test_another_code_frame_is_used_without_a_restart(acme: Session, sqlite_engine: Engine) -> None:
    """A session that goes on answers in the code frame that was chosen since."""

    def themes() -> set[str]:
        [result] = acme.call("classify", comments=["No raise in three years."])["results"]
        return {theme["theme"] for theme in result["themes"]}

    assert "pay_benefits" not in themes()
    choose_frame(sqlite_engine, "acme", "employee")
    wait_until(lambda: "pay_benefits" in themes())
    assert acme.call("search_comments", theme="pay_benefits")["comments"] == []
    assert "no theme 'billing'" in acme.refusal("search_comments", theme="billing")


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("ranking", {"wave": "2031"}, ["no report for wave '2031'", "W1, W2, all"]),
        ("ranking", {"limit": 101}, ["limit", "less than or equal to 100"]),
        ("ranking", {"wavee": "W1"}, ["wavee", "not permitted"]),
        ("segment_ranking", {}, ["segment", "Field required"]),
        ("segment_ranking", {"segment": "team"}, ["'team' is not a segment; write NAME=VALUE"]),
        ("segment_ranking", {"segment": "plan=gold"}, ["plan=gold", "free, team"]),
        ("cause", {"cause": "weather"}, ["no cause 'weather'", "theme:support"]),
        ("search_comments", {"score": 11}, ["score", "less than or equal to 10"]),
        ("search_comments", {"theme": "weather"}, ["no theme 'weather'"]),
        ("search_comments", {"cursor": "x"}, ["'x' is not a cursor"]),
        ("search_comments", {"text": "x" * 201}, ["text", "at most 200"]),
        ("search_comments", {"limit": 51}, ["limit", "less than or equal to 50"]),
        ("classify", {"comments": []}, ["comments", "at least 1"]),
        ("classify", {"comments": ["x"] * 101}, ["comments", "at most 100"]),
        ("classify", {"comments": ["fine", "x" * 10_001]}, ["comments.1", "at most 10000"]),
        ("classify", {"comments": ["fine"], "language": "fr-XX"}, ["fr-XX", "en, de"]),
        ("delete_everything", {}, ["Unknown tool"]),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    brand: Session, tool: str, arguments: dict[str, Any], said: list[str]
) -> None:
    """An error of the tool, which the agent reads, and no crash."""
    message = brand.refusal(tool, **arguments)
    for words in said:
        assert words in message


@pytest.mark.slow
def test_an_anonymous_workspace_shows_what_is_published(brands_url: str) -> None:
    """The published quotes, without who said them; no segment and no comment, whether there is one or not."""
    engine = store.open_store(brands_url)
    with engine.begin() as connection:
        store.workspaces.promise_anonymity(connection, store.workspaces.ensure(connection, "hr"))
    brands.fill(engine, "hr", [*brands.answers("W1", 60, 20), *brands.answers("W2", 60, 40)])
    published = read_report(engine, "hr", "all")
    engine.dispose()
    with ExitStack() as stack:
        session = Session(stack, brands_url, "hr")
        ranking = session.call("ranking")
        assert [cause["cause"] for cause in ranking["complaints"]] == [str(issue.key) for issue in published.issues]
        cause = session.call("cause", cause="theme:support")["complaint"]
        assert [quote["text"] for quote in cause["quotes"]] == [quote.text for quote in published.issues[0].quotes]
        assert {(quote["score"], quote["wave"], *quote["segments"]) for quote in cause["quotes"]} == {(None, None)}
        assert cause["revenue_at_risk"] is None
        for segment in ("plan=free", "plan=nobody"):
            assert "promised anonymity" in session.refusal("segment_ranking", segment=segment)
        for search in ({}, {"text": "slow"}, {"theme": "weather"}, {"score": 2}):
            assert "promised" in session.refusal("search_comments", **search)


@pytest.mark.slow
def test_a_store_that_is_gone_is_no_secret(brands_url: str) -> None:
    """The agent is told that the store cannot be reached, and not where it is."""
    with ExitStack() as stack:
        session = Session(stack, brands_url, "brand")
        path = Path(brands_url.removeprefix("sqlite:///"))
        path.write_bytes(b"no database at all" * 1000)
        message = session.refusal("ranking")
    assert "The database cannot be reached" in message
    assert str(path) not in message


@pytest.mark.slow
def test_stdout_is_the_protocol_and_nothing_else(brands_store: Path) -> None:
    """Each line of stdout is a message, each line of stderr is a log line without what was asked for."""
    client = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    messages: list[dict[str, Any]] = [
        {"id": 1, "method": "initialize", "params": client},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": {"name": "ranking", "arguments": {"wave": "Ada Lovelace"}}},
        {"id": 3, "method": "tools/call", "params": {"name": "classify", "arguments": {"comments": ["Ada was great"]}}},
    ]
    process = subprocess.Popen(
        [SAYWHY, "mcp"],
        env={**os.environ, "SAYWHY_DATABASE_URL": f"sqlite:///{brands_store}", "SAYWHY_WORKSPACE": "brand"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    answers = {}
    for message in messages:
        process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        process.stdin.flush()
        if "id" in message:
            answer = json.loads(process.stdout.readline())
            assert answer["jsonrpc"] == "2.0"
            answers[answer["id"]] = answer["result"]
    rest, logged = process.communicate()  # its stdin ends
    assert rest == ""
    assert process.returncode == 0
    assert answers[1]["serverInfo"]["name"] == "saywhy"
    assert answers[2]["isError"]
    assert answers[3]["structuredContent"]["results"][0]["sentiment"]["label"] == "positive"
    assert logged
    for line in logged.splitlines():
        json.loads(line)
    assert "Ada" not in logged
