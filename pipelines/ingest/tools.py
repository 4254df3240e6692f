"""The known survey tools, each recognised by columns that only its exports have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.ingest.headers import Column, Header


@dataclass(frozen=True, slots=True)
class Tool:
    """What the exports of a tool have in common. All names are column keys (`headers.as_key`).

    `marks`: sets of columns; any set that is complete identifies the tool. `roles`: its columns by role, best first.
    `technical`: columns without information about the respondent. `blanks`: cells that mean no answer. `previews`:
    values that mark a test row, by column. `numbers_rows`: its ids are the row numbers of one survey.
    `nps_only`: its score is the likelihood to recommend by definition, unless a `survey_type` says otherwise.
    """

    name: str
    marks: tuple[frozenset[str], ...] = ()
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    technical: frozenset[str] = frozenset()
    blanks: frozenset[str] = frozenset()
    previews: Mapping[str, frozenset[str]] = field(default_factory=dict)
    numbers_rows: bool = False
    nps_only: bool = False


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split("|"))


TYPEFORM = Tool(
    "typeform",
    marks=(_set("#|network id"), _set("#|submit date (utc)"), _set("submitted at|token")),
    roles={"id": ("token", "#"), "answered_at": ("submitted at", "submit date (utc)")},
    # `score` and `winning outcome id` are the results of a quiz, not answers of the respondent.
    technical=_set("response type|start date (utc)|stage date (utc)|network id|tags|ending|score|winning outcome id"),
)
SURVEYMONKEY = Tool(
    "surveymonkey",
    marks=(_set("respondent id|collector id"),),
    roles={"id": ("respondent id",), "answered_at": ("end date", "date modified", "start date", "date created")},
    technical=_set("collector id|start date|date created|date modified|ip address"),
)
QUALTRICS = Tool(
    "qualtrics",
    marks=(_set("response id|recorded date"), _set("response id|distribution channel"), _set("end date|finished")),
    roles={
        "id": ("response id",),
        "answered_at": ("recorded date", "end date"),
        "customer_id": ("external reference",),
        "email": ("recipient email",),
        "first_name": ("recipient first name",),
        "last_name": ("recipient last name",),
    },
    technical=_set(
        "start date|end date|status|ip address|progress|duration (in seconds)|finished|location latitude|"
        "location longitude|distribution channel"
    ),
    blanks=frozenset({"-99"}),
    previews={
        "status": _set("survey preview|survey test|1|2|9|17|spam survey preview|offline survey preview"),
        "distribution channel": _set("preview|test"),
    },
)
WENJUANXING = Tool(
    "wenjuanxing",
    marks=(_set("序号|提交答卷时间"), _set("序号|来自ip")),
    roles={"id": ("序号",), "answered_at": ("提交答卷时间",)},
    technical=_set("所用时间|来源|来源详情|来自ip|总分"),
    blanks=_set("(跳过)|（跳过）|(空)|（空）"),
    numbers_rows=True,
)
PROMOTER = Tool(
    "promoter",
    marks=(_set("score type|posted date"), _set("score|comment|posted date")),
    roles={
        "id": ("id", "feedback id"),
        "answered_at": ("posted date",),
        "email": ("contact email", "email"),
        "first_name": ("contact first name", "first name"),
        "last_name": ("contact last name", "last name"),
        "customer_id": ("contact id",),
    },
    technical=_set("status|href|followup href"),
    nps_only=True,
)
DELIGHTED = Tool(
    "delighted",
    marks=(_set("survey type|permalink"), _set("survey type|score|comment")),
    roles={
        "id": ("response id", "id"),
        "answered_at": ("created at", "response created at", "updated at"),
        "customer_id": ("person id", "person"),
        "name": ("person name", "name"),
        "email": ("person email", "email"),
    },
    technical=_set("permalink|updated at|notes|tags|additional answers"),
    nps_only=True,
)
HUBSPOT = Tool(
    "hubspot",
    marks=(_set("hs value|hs survey type"), _set("hs value|hs content"), _set("survey type|survey name|rating")),
    roles={
        "id": ("id", "record id", "hs object id"),
        "score": ("hs value", "rating"),
        "comment": ("hs content", "response"),
        "answered_at": ("hs submission timestamp", "date", "submission date"),
        "customer_id": ("hs contact id", "contact id"),
        "email": ("hs contact email rollup", "contact email", "email"),
    },
    technical=_set(
        "hs response group|sentiment|hs survey id|survey id|survey name|hs survey name|hs createdate|"
        "hs lastmodifieddate|created at|updated at|archived"
    ),
    nps_only=True,
)
#: Google Forms is recognised only by its first column, in the language of the form's owner.
GOOGLE_FORMS = Tool("google-forms", roles={"answered_at": ("timestamp",)})
_GOOGLE_TIMESTAMPS = _set(
    "timestamp|zeitstempel|时间戳记|時間戳記|horodateur|marca temporal|informazioni cronologiche|"
    "carimbo de data hora|tijdstempel|sygnatura czasowa|tidsstämpel|タイムスタンプ|타임스탬프"
)
GENERIC = Tool("file")

TOOLS = (TYPEFORM, SURVEYMONKEY, QUALTRICS, WENJUANXING, HUBSPOT, DELIGHTED, PROMOTER)


def recognise(header: Header) -> Tool:
    """The tool that wrote the file; `GENERIC` if none is recognised."""
    columns: Sequence[Column] = header.columns
    keys = {column.key for column in columns}
    for tool in TOOLS:
        if any(marks <= keys for marks in tool.marks):
            return tool
    # Only SurveyMonkey has sub-answers in a second row; this export is localised.
    if header.rows == 2 and not header.has_groups and not any(column.label for column in columns):
        return SURVEYMONKEY
    if columns[0].key in _GOOGLE_TIMESTAMPS and columns[0].name != "timestamp":  # Google writes a capital letter
        return GOOGLE_FORMS
    return GENERIC
