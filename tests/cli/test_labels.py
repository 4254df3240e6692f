"""`saywhy corrections`: labels by file, agreement, suspects, and what to label next."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli import invoke


def test_labels_by_file(survey_url: str, tmp_path: Path) -> None:
    """What is exported to be labelled comes back with labels, and is compared; what is wrong is named."""
    tasks = tmp_path / "tasks.json"
    done = invoke(survey_url, "corrections", "export", "--next", "2", "--format", "label-studio", "--out", str(tasks))
    assert done.exit_code == 0, done.output
    [first, second] = json.loads(tasks.read_text("utf-8"))
    assert first["predictions"][0]["result"]
    said = {"from_name": "sentiment", "type": "choices", "value": {"choices": ["mixed"]}}
    other = {**said, "value": {"choices": ["angry"]}}
    first["annotations"] = [{"author": "Eda", "result": [said]}, {"author": "Ken", "result": [said]}]
    second["annotations"] = [{"author": "Eda", "result": [other]}]
    tasks.write_text(json.dumps([first, second]), "utf-8")
    imported = invoke(survey_url, "corrections", "import", str(tasks)).output
    assert "  2: sentiment must be one of negative, neutral, positive, mixed, found 'angry'\n" in imported
    assert imported.endswith("2 corrections new, 0 there already, 1 label rejected.\n")
    assert "alpha needs two people" in invoke(survey_url, "corrections", "agreement").output
    assert len(invoke(survey_url, "corrections", "export").output.splitlines()) == 2
    assert first["data"]["text"] not in invoke(survey_url, "corrections", "next", "--strategy", "uncertain").output


def test_nothing_is_said_plainly(survey_url: str) -> None:
    """No suspects, an unknown strategy, and the interface of a project."""
    assert "No label is suspected" in invoke(survey_url, "corrections", "suspects").output
    unknown = invoke(survey_url, "corrections", "next", "--strategy", "luck")
    assert (unknown.exit_code, "luck" in unknown.output) == (2, True)
    assert '<Labels name="theme" toName="text">' in invoke(survey_url, "corrections", "interface").output
