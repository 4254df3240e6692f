"""Code frames on the pages: looked at, chosen, written, refused with what is wrong, and by whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from httpx2 import Response
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.web.pages.code_frames.editor import MAX_FAULTS
from api.web.texts import wording_in
from models.annotator import Annotator
from saywhy import store
from saywhy.access import Role
from saywhy.code_frame import FIRST_CLASS_LANGUAGES
from saywhy.frame_faults import REASONS
from saywhy.frame_yaml import MAX_CHARACTERS, parse_frame
from saywhy.run import RunState
from service.audit_log import list_entries
from service.code_frames import add_frame, list_frames
from service.workspaces import create
from tests.api.web.visitors import visitor
from tests.builders.access import check_at_once
from tests.builders.followed_up import WORKSPACE, anonymous
from tests.builders.frames import SHOP, shop
from tests.render.test_words import placeholders

EDITOR = "/code-frame-editor"

BROKEN = SHOP.replace("theme: checkout", "theme: tills").replace("id: bakery", "id: Bakery!")


@pytest.fixture
def engine(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An empty store of a server that remembers nothing of people."""
    check_at_once(monkeypatch)
    create(sqlite_engine, WORKSPACE)
    return sqlite_engine


@pytest.fixture
def editor(engine: Engine, annotator: Annotator) -> Iterator[TestClient]:
    """The browser of an editor."""
    with visitor(engine, annotator, Role.EDITOR) as client:
        yield client


def send(client: TestClient, text: str, path: str = EDITOR, file: bytes | None = None) -> Response:
    """Send the form as browsers do: with an empty part where no file is chosen."""
    parts = {"yaml": (None, text.replace("\n", "\r\n").encode()), "file": ("", b"")}
    if file is not None:
        parts["file"] = ("shop.yaml", file)
    return client.post(path, files=parts)


def check(client: TestClient, text: str, file: bytes | None = None) -> str:
    """What the page says when the text is checked."""
    answer = send(client, text, f"{EDITOR}/check", file)
    assert answer.status_code == 200
    return answer.text


def typed(page: str) -> str:
    """The text in the text area; the first newline is none of it."""
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert found
    return unescape(found[1])


def analysed(engine: Engine, model: str) -> None:
    """Record that an analysis by this model has succeeded."""
    with engine.begin() as connection:
        workspace = store.workspaces.find(connection, WORKSPACE)
        run = store.runs.start(connection, workspace, model)
        store.runs.finish(connection, workspace, run.id, RunState.SUCCEEDED)


def test_a_frame_is_checked_saved_and_used(editor: TestClient, engine: Engine) -> None:
    """With all its mistakes first, each with line and place; then without one; saved by name, and used from the next
    analysis on, which the page offers until it has happened. Checking is no entry in the audit log.
    """
    page = check(editor, BROKEN)
    assert "2 mistakes" in page
    assert 'data-line="7">Line 7</a> <code>themes[1].id</code>' in page
    assert "There is no theme &#39;tills&#39;; there are: checkout, Bakery!." in page
    assert typed(page) == BROKEN
    assert "No mistakes: shop, version" in check(editor, SHOP)
    assert [each.id for each in list_frames(engine, WORKSPACE)] == ["core", "employee"]

    saved = send(editor, SHOP)
    assert saved.url.path == "/code-frames/shop"
    version = shop().version
    assert f"Version {version} of “Our shop” is saved." in saved.text
    assert "Analyse now" not in saved.text
    [_, _, listed] = list_frames(engine, WORKSPACE)
    assert (listed.frame and listed.frame.source, listed.versions[0].added_by) == (SHOP, "editor")
    assert "Nothing has changed" in send(editor, f"# ours\n{SHOP}").text

    analysed(engine, "core-1")
    used = editor.post("/code-frames/shop/use").text
    assert "“Our shop” is used from the next analysis on." in used
    assert used.count('action="/imports/analyse"') == 1
    assert 'action="/imports/analyse"' in editor.get("/code-frames").text
    assert "Analyse now" not in editor.get("/code-frames/employee").text
    analysed(engine, f"core-1:shop@{version}")
    assert "Analyse now" not in editor.get("/code-frames").text
    send(editor, SHOP.replace("Stale bread", "Old bread"))
    assert "Analyse now" in editor.get("/code-frames/shop").text
    assert "In use" in editor.post("/code-frames/core/use").text

    actions = [entry.action for entry in reversed(list_entries(engine, WORKSPACE, 20).entries)]
    assert [action for action in actions if "code-frame" in action] == [
        f"POST {EDITOR}",
        f"POST {EDITOR}",
        "POST /code-frames/{frame}/use",
        f"POST {EDITOR}",
        "POST /code-frames/{frame}/use",
    ]


def test_a_frame_is_shown_as_a_tree_with_its_versions(editor: TestClient) -> None:
    """In the reader's language, else in English; with who changed what, each version as it was, and as YAML."""
    send(editor, SHOP)
    version = shop().version
    changed = SHOP.replace("id: bakery", "id: bread").replace("from: parking, to: []", "from: bakery, to: bread")
    changed = changed.replace("Stale bread again", "Old bread").replace("Unser Laden", "Der Laden")
    send(editor, changed)
    page = editor.get("/code-frames/shop", headers={"accept-language": "de"}).text
    assert re.search(r"<h1>\s*<span>Der Laden</span>", page)
    assert '<span lang="en">Bakery</span>' in page
    assert "Lange Schlange" in page
    assert "Klage" in page
    assert '<li lang="">Das Brot ist hart</li>' in page
    lines = ["Neu: bread", "bakery → bread", "Anderer Name, andere Definition oder anderer Platz: shop"]
    for line in [*lines, "1 Beispiel mehr", "1 Beispiel weniger", "Erste Version"]:
        assert f"<li>{line}</li>" in page
    earlier = editor.get(f"/code-frames/shop?version={version}").text
    assert "This is an earlier version." in earlier
    assert "Stale bread again" in earlier
    file = editor.get(f"/code-frames/shop/yaml?version={version}")
    assert (file.text, file.headers["content-type"]) == (SHOP, "application/yaml")
    assert file.headers["content-disposition"] == 'attachment; filename="shop.yaml"'
    assert editor.get("/code-frames/shop/yaml").text == changed
    assert typed(editor.get(f"{EDITOR}?frame=shop").text) == changed
    for path in ("/code-frames/shop?version=0", "/code-frames/cafe", "/code-frames/core/yaml", f"{EDITOR}?frame=cafe"):
        assert editor.get(path).status_code == 404


def test_the_frame_that_ships_is_copied_and_changed(editor: TestClient) -> None:
    """Its text is there to be changed; under its id it is another version, whose changes are those to what ships."""
    text = typed(editor.get(f"{EDITOR}?frame=employee").text)
    assert text.startswith("# What employees write about")
    assert "Nothing has changed" in send(editor, text).text
    page = send(editor, text.replace("Never", "Not ever").replace("en: Leadership", "en: Managers")).text
    assert "Other name, definition or place: leadership" in page
    assert "First version" not in page
    gone = text.replace("id: fairness", "id: justice")
    refused = send(editor, gone)
    assert refused.status_code == 400
    assert "changes: say what became of fairness, which the version before has" in refused.text
    assert typed(refused.text) == gone
    assert "say what became of fairness" in check(editor, gone)


def test_faults_have_words_on_the_page() -> None:
    """Those of every kind, with what is put into the English ones of the command line."""
    for kind, reason in REASONS.items():
        assert placeholders(wording_in("en")[f"code_frame_editor.fault_{kind}"]) == placeholders(reason), kind


def test_faults_are_said_in_the_language_of_the_reader(editor: TestClient) -> None:
    """With numbers as they are written there."""
    editor.headers["accept-language"] = "de"
    assert "Länger als 1.000.000 Zeichen." in check(editor, "#" * (MAX_CHARACTERS + 1))
    page = check(editor, BROKEN.replace("The rolls are fresh, ", ""))
    assert "2 verschiedene Beispiele: Mindestens 3 sind nötig." in page
    assert '<h2 id="faults">3 Fehler</h2>' in page


@pytest.mark.parametrize("language", FIRST_CLASS_LANGUAGES)
def test_the_example_is_a_frame(language: str) -> None:
    """In every language, so that one can begin with it."""
    frame, faults = parse_frame(wording_in(language)["code_frame_editor.example"])
    assert faults == []
    assert frame
    assert {"en", language} == set(frame.names)


BOMB = "a: &a [x, x]\n" + "".join(
    f"{new}: &{new} [*{old}, *{old}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)

#: Texts that are no frame, and a word of what is said.
TEXTS = {
    "empty": ("", "A code frame has id, names and themes."),
    "bomb": (BOMB, "Aliases (*name) are not read."),
    "deep": ("[" * 100_000, "nested more than 20 deep."),
    "long": ("#" * (MAX_CHARACTERS + 1), "Longer than 1,000,000 characters."),
    "control": ("id: \x01", "unacceptable character #x0001"),
    "surrogate": ('id: shop\nnames: "\\ud800"', "invalid Unicode"),
    "nul": (SHOP.replace("Bakery", '"\\0"'), "all of them valid Unicode"),
    "escape": ('id: "\\UFFFFFFFF"', "Not YAML: "),
    "directive": ("%YAML " + "9" * 5_000 + ".1\n--- a", "Not YAML: "),
    "core": (SHOP.replace("id: shop", "id: core"), "is the code frame of the models"),
    "tag": ("!!python/object/apply:os.system [ls]", "A code frame has id, names and themes."),
    "script": ('</textarea><script>alert(1)</script>: "', "Not YAML: "),
    "many": ("themes:\n" + "- {}\n" * 300, f"and {2 + 3 * 300 - MAX_FAULTS} more"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_no_frame_is_refused_in_words(editor: TestClient, engine: Engine, name: str) -> None:
    """Whether it is checked or saved; what was typed is there still, as text, and nothing is saved."""
    text, told = TEXTS[name]
    for path, status in ((f"{EDITOR}/check", 200), (EDITOR, 400)):
        answer = send(editor, text, path)
        assert answer.status_code == status
        assert told in unescape(answer.text)
        assert typed(answer.text) == text.replace("\x01", "\ufffd")
        assert "<script>alert" not in answer.text
    assert len(list_frames(engine, WORKSPACE)) == 2


def test_a_file_takes_the_place_of_the_text(editor: TestClient) -> None:
    """With the mark of Windows; one that is not UTF-8 leaves the text, and is said to be none."""
    page = check(editor, "typed", SHOP.replace("\n", "\r\n").encode("utf-8-sig"))
    assert (typed(page), "No mistakes" in page) == (SHOP, True)
    for content, byte in ((b"\x89PNG\r\n", 1), (SHOP.encode("utf-16"), 1), ("id: b\xe4cker".encode("latin-1"), 6)):
        page = check(editor, "typed", content)
        assert f"shop.yaml: not UTF-8 at byte {byte}" in page
        assert typed(page) == "typed"
    assert send(editor, "typed", file=b"\xff").status_code == 400


def test_a_form_that_no_page_sends_is_refused(editor: TestClient) -> None:
    """Of another kind, damaged, too large, or from another site; and ids that there cannot be."""
    assert editor.post(EDITOR, data={"yaml": SHOP}).status_code == 415
    assert editor.post(EDITOR, content=b"x", headers={"content-type": "multipart/form-data"}).status_code == 400
    boundary = {"content-type": "multipart/form-data; boundary=x"}
    assert editor.post(EDITOR, content=b"--x\r\nnonsense", headers=boundary).status_code == 400
    assert editor.post(EDITOR, files=[("file", ("a", b"x")), ("file", ("b", b"x"))]).status_code == 400
    assert send(editor, "", file=b"a" * 9_000_000).status_code == 413
    assert (
        editor.post(EDITOR, files={"yaml": (None, SHOP)}, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    )
    assert editor.post("/code-frames/cafe/use").status_code == 404
    assert editor.post(f"/code-frames/{'x' * 41}/use").status_code == 422
    assert editor.get("/code-frames/%00").status_code == 404


def test_names_are_text(editor: TestClient) -> None:
    """Script in a name is shown as it was written, on every page."""
    text = SHOP.replace("en: Our shop", 'en: "<script>alert(1)</script>"').replace("Bakery", "<img src=x>")
    pages = [send(editor, text).text, editor.get("/code-frames").text, editor.get(f"{EDITOR}?frame=shop").text]
    for page in pages:
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<script>alert" not in page
        assert "<img" not in page


def test_viewers_look_and_change_nothing(engine: Engine, annotator: Annotator) -> None:
    """They see frames and YAML, no form and no link to one, and are refused; an editor of an anonymous workspace may do
    all that others may.
    """
    anonymous(engine)
    add_frame(engine, WORKSPACE, shop(), by="Ada")
    with visitor(engine, annotator, Role.VIEWER) as viewer:
        for path in ("/code-frames", "/code-frames/shop", "/code-frames/core"):
            page = viewer.get(path)
            main = page.text.partition("<main")[2]
            assert (page.status_code, "<form" in main, EDITOR in main) == (200, False, False)
        assert viewer.get("/code-frames/shop/yaml").text == SHOP
        assert viewer.get(EDITOR).status_code == 403
        refused = [send(viewer, SHOP), send(viewer, SHOP, f"{EDITOR}/check"), viewer.post("/code-frames/shop/use")]
        assert [answer.status_code for answer in refused] == [403] * 3
        assert 'href="/code-frames"' in viewer.get("/settings").text
    with visitor(engine, annotator, Role.EDITOR) as editor:
        send(editor, SHOP.replace("Bakery", "Bread"))
        assert "In use" in editor.post("/code-frames/shop/use").text


def test_a_version_between_checking_and_saving_is_heeded(editor: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """If somebody else was faster, what the service says then is on the page, and the text stays."""
    send(editor, SHOP)
    monkeypatch.setattr("api.web.pages.code_frames.check_frame", lambda *_: None)
    gone = SHOP.replace("id: bakery", "id: cakes")
    answer = send(editor, gone)
    assert (answer.status_code, typed(answer.text)) == (400, gone)
    assert "say what became of bakery" in answer.text
