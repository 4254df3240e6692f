"""`saywhy scenario`: what it would bring if causes were named less often."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.configuration import configured_store, read_settings, serving_code_frame
from saywhy.text import counted


def scenario(
    causes: Annotated[
        list[str], typer.Argument(help="Causes of the ranking, each by id, `theme:ID`, `topic:ID` or label.")
    ],
    wave: Annotated[str, typer.Option(help="A wave, or `all` waves together.")] = "all",
) -> None:
    """Show what the NPS would be if these causes together were named half as often, or by nobody.

    The intervals are joint: a response that names several of the causes counts once. An association, not a promise.
    """
    from pipelines.render.wording import Wording
    from service.scenarios import what_if

    settings, wording = read_settings(), Wording("en")
    engine = configured_store(settings)
    for case in what_if(engine, settings.workspace, serving_code_frame(settings), causes, wave):
        nps, gain = case.nps, case.gain
        typer.echo(
            f"{'Half as often' if case.fewer < 1 else 'Named by nobody'}: "
            f"NPS {wording.points(nps.value, signed=True)} ({wording.interval(nps.low, nps.high, signed=True)}), "
            f"{wording.points(gain.value, signed=True)} points ({wording.interval(gain.low, gain.high, signed=True)}); "
            f"{counted(case.responses, 'response')} now name {' or '.join(case.causes)}"
        )
