"""`saywhy scenario`: what it would bring if causes were named less often."""

from __future__ import annotations

from tests.cli import invoke


def test_a_scenario_is_printed(survey_url: str) -> None:
    """Half as often and by nobody: NPS and gain with their intervals, and how many responses name the causes now."""
    result = invoke(survey_url, "scenario", "support", "theme:price", "--wave", "W1")
    assert result.exit_code == 0
    half, nobody = result.stdout.splitlines()
    assert half.startswith("Half as often: NPS ")
    assert nobody.startswith("Named by nobody: NPS ")
    for line in (half, nobody):
        assert line.endswith("; 36 responses now name theme:support or theme:price")
        assert line.count(" to ") == 2
    unknown = invoke(survey_url, "scenario", "parking")
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "there is no cause 'parking'" in unknown.stderr
