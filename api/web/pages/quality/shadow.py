"""The version in the shadow as lines of the page on data quality."""

from __future__ import annotations

from api.web.pages.quality.context import AgreementLine, ShadowLines
from pipelines.render.wording import Wording
from service.shadow_agreement import OTHER_LANGUAGES, LanguageAgreement, ShadowAgreement


def shadow_lines(agreement: ShadowAgreement | None, wording: Wording) -> ShadowLines | None:
    """How far it agrees, of all languages and of each; None if no comment was compared."""
    if agreement is None or not agreement.total.comments:
        return None
    count = agreement.dropped
    return ShadowLines(
        scope=wording("quality.shadow_scope", shadow=agreement.shadow.version, champion=agreement.champion),
        languages=(
            _line(agreement.total, wording["quality.shadow_all"], wording),
            *(_line(each, _name(each.language, wording), wording) for each in agreement.languages),
        ),
        dropped=wording("quality.shadow_dropped", n=wording.count(count)) if count else "",
    )


def _line(agreement: LanguageAgreement, name: str, wording: Wording) -> AgreementLine:
    sentiment, themes, causes = (
        "–" if share is None else wording.share(share)
        for share in (agreement.sentiment, agreement.themes, agreement.causes)
    )
    return AgreementLine(name, wording.count(agreement.comments), sentiment, themes, causes)


def _name(language: str, wording: Wording) -> str:
    return wording["quality.shadow_other"] if language == OTHER_LANGUAGES else wording.language_name(language)
