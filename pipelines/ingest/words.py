"""The words that identify columns, in English, German, Simplified and Traditional Chinese, French and Spanish.

They are matched against `headers.as_key`: lower case, words separated by single spaces.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

#: A question that asks for the likelihood to recommend.
RECOMMEND = re.compile(
    r"\be?nps\b|\bnet promoter\b|\bpromoter score\b|\bltr\b|\brecommend\w*|weiterempf\w*|\bempf[eio]h?l\w*|推荐|推薦|"
    r"\brecommand\w*|\brecom[ie]+nd\w*"
)
#: A score or rating of any kind.
RATING = re.compile(
    r"\bscores?\b|\bratings?\b|\bstars?\b|\blikel(?:y|ihood)\b|\bpunkte?\w*|\b\w*bewertung\b|\bsterne?\b|\bnote\b|"
    r"wahrscheinlich\w*|评分|評分|打分|分数|分數|得分|星级|星級|可能性|\bétoiles?\b|\bpuntuaci[oó]n\b|\bvaloraci[oó]n\b|"
    r"\bcalificaci[oó]n\b|\bestrellas?\b"
)
#: A rating in stars and the like, which is never on a scale from 0 to 10.
STARS = re.compile(r"\bstars?\b|\bratings?\b|\bsterne?\b|星|\bétoiles?\b|\bestrellas?\b")
#: Numbers other than a likelihood to recommend: other measures, ids, ages, years, amounts.
NOT_SCORE = re.compile(
    r"\bcsat\b|satisf\w*|\bces\b|\beffort\w*|\beas[ey]\w*|\bquality\b|zufrieden\w*|aufwand\w*|\beinfach\w*|\bqualität\b|"
    r"满意|滿意|费力|費力|轻松|輕鬆|容易|质量|品質|\besfuerzo\b|\bf[aá]cil\w*|\bcalidad\b|\bqualité\b|"
    r"\bids?\b|编号|編號|序号|\bnr\b|\bage\b|\balter\b|年龄|年齡|\bedad\b|\bâge\b|"
    r"\byears?\b|\bjahre?\b|\bann?ées?\b|\baños?\b|"
    r"\brevenue\b|\bumsatz\b|\barr\b|\bmrr\b|收入|\bcounts?\b|\bnumber of\b|\banzahl\b|数量|數量|次数|次數|"
    r"\bnombre de\b|"
    r"\bduration\b|\bprogress\b|\bdauer\b|\bmonths?\b|\bdays?\b|\bemployees?\b|\btotal\b|总分|總分"
)
#: Groups that a tool derives from a score: `Q1_NPS_GROUP`, `NPS Category`.
GROUP = re.compile(
    r"\bgroups?\b|\bgruppe\b|\bcategor(?:y|ies)\b|\bkategorie\b|\bsegment\b|\bclass\b|\bbucket\b|\btypes?\b|\btyp\b|"
    r"组|組|类别|類別|类型|類型|\bgroupe\b|\bcat[eé]gor[ií]\w+|\bgrupo\b|\btipo\b"
)
#: An open question.
OPEN = re.compile(
    r"\bcomments?\b|\bfeedback\b|\bwhy\b|\breasons?\b|\btell us\b|\bexplain\b|\bexplanation\b|\bopen ended\b|"
    r"\bverbatims?\b|\bremarks?\b|\bimprov\w+|\bsuggest\w*|\bopinions?\b|\bdo better\b|"
    r"\w*kommentar\w*|\banmerkung\w*|\bbegründ\w*|\bgr[uü]nde?\b|\bwarum\b|\bweshalb\b|\bwieso\b|\bverbesser\w*|"
    r"\brückmeldung\w*|\bmeinung\b|\bfreitext\w*|\bfreie antwort\b|"
    r"原因|为什么|為什麼|为何|為何|意见|意見|建议|建議|评论|評論|留言|反馈|反饋|回饋|理由|改进|改進|看法|"
    r"\bpourquoi\b|\bexplication\w*|\bcommentaire\w*|\braisons?\b|\bavis\b|\baméliorer\b|"
    r"\bcomentario\w*|\bpor qu[eé]\b|\bmotivos?\b|\braz[oó]n\b|\bopini[oó]n\b|\bsugerencia\w*|\bmejorar\b"
)
#: Names of a text, for exports in which no column asks an open question.
TEXT = re.compile(
    r"\btext\b|\breviews?\b|\bmessage\b|\bcontents?\b|\bbody\b|\bdescription\b|\bnotes?\b|\banswers?\b|\bresponses?\b|"
    r"\bantwort\b|\bnachricht\b|\bbeschreibung\b|评价|評價|内容|內容|说明|說明|描述|\btexte\b|\bréponse\b|\btexto\b|\brespuesta\b"
)

#: Texts that are not written by the respondent.
NO_ANSWER = re.compile(
    r"\buser agent\b|\bbrowser\b|\burls?\b|\blink\b|\breferr?er\b|\baddress\b|\badresse\b|地址|\bip\b|\bids?\b"
)

#: Technical facts about the connection, which are never segments.
TECHNICAL = re.compile(r"\bip\b|\buser agent\b|\blatitude\b|\blongitude\b|\bcollector\b")

_NAMES = Path(__file__).with_name("column_names.toml")


@lru_cache
def facts() -> Mapping[str, tuple[str, ...]]:
    """Names of columns about the respondent and the response, by role, best first."""
    return {role: tuple(names) for role, names in tomllib.loads(_NAMES.read_text("utf-8"))["facts"].items()}


@lru_cache
def segments() -> frozenset[str]:
    """Names of dimensions that are commonly compared; a column of that name with few values becomes a segment."""
    return frozenset(tomllib.loads(_NAMES.read_text("utf-8"))["segments"]["names"])
