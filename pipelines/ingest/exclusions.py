"""Rows that are no responses: tests, unfinished answers, and sums under the table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.ingest import words
from pipelines.ingest.facts import without_remark
from pipelines.ingest.headers import Column
from pipelines.ingest.profile import Profile
from pipelines.ingest.tools import Tool

# Columns that say what kind of response a row is, and how far it got.
_STATE = re.compile(
    r"(?:\w+ )*(?:status|state|disposition|outcome)|(?:(?:response|answer|record|collection|interview) )?(?:type|mode)|"
    r"distribution channel|(?:作答|答卷|答题|答題|数据|資料|样本|問卷|问卷|回答|回复|回覆|填写|填寫|填答)?"
    r"(?:状态|狀態|状況|类型|類型)|ステータス|상태|(?:antwort|teilnahme|interview)?(?:typ|status|art)|"
    r"(?:\w+ )?(?:estado|statut|état)"
)
_FINISHED = re.compile(
    r"(?:is |has |(?:\w+ )*survey |response )?(?:finished|completed?|submitted)|(?:\w+ )*complete|"
    r"(?:ist )?(?:abgeschlossen|beendet|"
    r"vollständig|fertig)|(?:是否|已)?(?:完成|提交|完整)|terminée?|complétée?|completad[oa]|terminad[oa]|finalizad[oa]"
)
_IS_TEST = re.compile(
    r"(?:is |ist )?(?:a )?(?:test|preview|vorschau|testdaten)(?: (?:response|mode|data|row))?|"
    r"(?:是否)?(?:为)?(?:测试|測試)(?:数据)?"
)
# LimeSurvey tells by the last page how far a response got, and gives a submitted one a date.
_LAST_PAGE = re.compile(r"last ?page\b|letzte seite\b|dernière page\b|última página\b|最后一页|最後一頁")
_SUBMITTED = re.compile(
    r"submit ?date\b|date submitted\b|datum abgeschickt\b|date de soumission\b|fecha de envío\b|"
    r"提交日期|提交时间|提交時間"
)
# "Average", "Total responses", "NPS score", "Ø", "合计".
_SUM = re.compile(
    r"(?:(?:grand|sub|over)[- ]?)?(?:total|sum|average|avg|mean|median|count|minimum|maximum|std(?:\.? ?dev)?|"
    r"standard deviation|overall|n)"
    r"(?: (?:of )?(?:\w+ )?(?:responses?|score|rating|answers?|nps|count|number|value))?|(?:number of )?responses|"
    r"nps(?: score| value)?|"
    r"net promoter score|(?:% ?)?(?:promoters?|promotoren|passives?|detractors?|detraktoren|"
    r"kritiker|promoteurs?|détracteurs?|推荐者|推薦者|被动者|被動者|中立者|贬损者|貶損者)|"
    r"(?:gesamt|end|zwischen)?(?:summe|ergebnis)|gesamt(?:zahl|anzahl|wert|durchschnitt)?|durchschnitt(?:swert)?|"
    r"mittelwert|mittel|anzahl(?: antworten)?|"
    r"insgesamt|standardabweichung|nps[- ]?wert|ø|∑|σ|"
    r"合计|合計|总计|總計|小计|小計|总数|總數|平均(?:分|值|数|數)?|均值|总分|總分|汇总|彙總|中位数|中位數|最大值|"
    r"最小值|平均得分|本题平均分|(?:本题)?有效填写人次|總和|總平均|평균|합계|총계|총점|"
    r"总回复数|回复总数|答卷总数|nps ?(?:值|得分)|净推荐值|淨推薦值|"
    r"moyenne|totaux|médiane|somme|nombre de réponses|promedio|media|suma|mediana|total (?:de )?respuestas|"
    r"total (?:des )?réponses",
    re.IGNORECASE,
)


# What may follow the label of a sum: "Total (n=12)", "Total responses: 12".
_SUM_REMARK = re.compile(r"\s*(?:[(（\[].*[)）\]]|[:：=][-−+\d.,%\s]*)$")


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A column with the values that make a row no response: `kind` says what it is, for the reason."""

    column: Column
    values: frozenset[str]
    kind: str

    def reason(self, cells: Sequence[str]) -> str | None:
        """Why the row is none; `None` if it is one."""
        cell = cells[self.column.index].strip()
        return f"{self.kind} ({self.column.name}: {cell or 'blank'})" if cell.casefold() in self.values else None


def find_exclusions(
    columns: Sequence[Column], tool: Tool, profiles: Mapping[Column, Profile], taken: frozenset[Column]
) -> tuple[Exclusion, ...]:
    """The columns that mark tests and unfinished answers: those of the tool, and others by their names and values.

    `taken` have another role. A mark that every row bears says nothing.
    """
    exclusions = []
    has_pages = any(_LAST_PAGE.match(column.key) for column in columns)
    for column in columns:
        if has_pages and _SUBMITTED.match(column.key) and not profiles[column].is_empty:
            exclusions.append(Exclusion(column, frozenset({""}), "an unfinished answer"))
        if column.key in tool.previews:
            exclusions.append(Exclusion(column, tool.previews[column.key], "a test row"))
        if column in taken or profiles[column].is_empty:
            continue
        values = {cell.strip().casefold() for cell in profiles[column].distinct}
        for names, said, kind in (
            (_STATE, "test", "a test row"),
            (_IS_TEST, "true", "a test row"),
            (_STATE, "unfinished", "an unfinished answer"),
            (_FINISHED, "false", "an unfinished answer"),
        ):
            marks = words.in_cells(said)
            if names.fullmatch(without_remark(column.key)) and column.key not in tool.previews and not values <= marks:
                exclusions.append(Exclusion(column, marks, kind))
    return tuple(exclusions)


def sum_label(cells: Sequence[str], comments: Iterable[Column]) -> str | None:
    """The label of a row that sums up the others ("Average"); `None` for a response.

    The label is the first filled cell, and no comment is beside it; nor is most of the row filled.
    """
    filled = [index for index, cell in enumerate(cells) if cell.strip()]
    if not filled or 2 * len(filled) > len(cells) + 1 or len(cells) < 2:
        return None
    texts = {column.index for column in comments}
    label = cells[filled[0]].strip().rstrip(":： ")
    if _SUM.fullmatch(_SUM_REMARK.sub("", label)) is None or texts & set(filled[1:]):
        return None
    return label if filled[0] not in texts or len(filled) > 1 else None
