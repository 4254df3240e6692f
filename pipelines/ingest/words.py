"""The words that identify columns and cells, in English, German, Chinese (both scripts), French and Spanish.

The questions, groups and notes of Japanese and Korean surveys are known too, and a recommendation in thirty languages,
since it alone decides whether a score is NPS.

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
    r"\be?nps\b|\bnet promoter\b|\bpromoter score\b|\bltr\b|\brecommend\w*|weiter(?:zu)?empf\w*|推荐|推薦|"
    r"\bempf(?:ie|[eioö])h?l\w*|"
    r"\brecommand\w*|\brecom[ie]+nd\w*|\braccomand\w*|\bconsigl\w*|\baanbev\w*|\baanrad\w*|\brekommender\w*|"
    r"\banbefal\w*|\bsuosittel\w*|\btavsiye\w*|\bpolec\w*|\bdoporuč\w*|\bodporúč\w*|\bajánl\w*|\brecomand\w*|"
    r"\b(?:по)?рекоменд\w*|\bпорад\w*|\bσυστ[ήη]\w*|\bgiới thiệu\b|\bmerekomendasi\w*|"
    r"勧め|薦め|すすめ|推奨|추천|แนะนำ|توصي|توصية|להמליץ|תמליץ|सिफ़?ारिश"
)
#: A score or rating of any kind.
RATING = re.compile(
    r"\bscores?\b|\bratings?\b|\bstars?\b|\blikel(?:y|ihood)\b|\bpunkte?\w*|\b\w*bewertung\b|\bsterne?\b|\bnote\b|"
    r"wahrscheinlich\w*|评分|評分|打分|分数|分數|得分|星级|星級|可能性|\bétoiles?\b|\bpuntuaci[oó]n\b|"
    r"\bvaloraci[oó]n\b|"
    r"\bcalificaci[oó]n\b|\bestrellas?\b"
)
#: Names of a score that do not say what it is of.
SCORE = re.compile(
    r"(?:survey |customer |user )?scores?|likel(?:y|ihood)|punkte?(?:zahl)?|(?:gesamt)?bewertung|note|"
    r"wahrscheinlichkeit|"
    r"评分|評分|打分|分数|分數|得分|可能性|puntuaci[oó]n|valoraci[oó]n|calificaci[oó]n"
)
SMILEYS = re.compile(r"\b(?:smiley|emoji|face|gesicht)\w*|表情|笑脸|笑臉")
#: A rating in stars and the like, which is never on a scale from 0 to 10.
STARS = re.compile(r"\bstars?\b|\bratings?\b|\bsterne?\b|星|\bétoiles?\b|\bestrellas?\b")
#: Numbers other than a likelihood to recommend: other measures, ids, ages, years, amounts.
NOT_SCORE = re.compile(
    r"\bcsat\b|satisf\w*|\bces\b|\beffort\w*|\beas[ey]\w*|\bquality\b|zufrieden\w*|aufwand\w*|\beinfach\w*|"
    r"\bqualität\b|"
    r"满意|滿意|费力|費力|轻松|輕鬆|容易|质量|品質|\besfuerzo\b|\bf[aá]cil\w*|\bcalidad\b|\bqualité\b|"
    r"\bids?\b|编号|編號|序号|\bnr\b|\bage\b|\balter\b|年龄|年齡|\bedad\b|\bâge\b|"
    r"\byears?\b|\bjahre?\b|\bann?ées?\b|\baños?\b|"
    r"\brevenue\b|\bumsatz\b|\barr\b|\bmrr\b|收入|\bcounts?\b|\bnumber of\b|\banzahl\b|数量|數量|次数|次數|"
    r"\bnombre de\b|"
    r"\bduration\b|\bprogress\b|\bdauer\b|\bmonths?\b|\bdays?\b|\bemployees?\b|\btotal\b|总分|總分"
)
#: Grades, of which the lowest number is the best.
GRADE = re.compile(r"\bschulnoten?\b|\b1 ?[=(–-]? ?(?:sehr gut|very good|très bien|muy bueno)\b|1 ?[=(–-]? ?非常好")
#: Measures that are asked on a scale, but are not the likelihood to recommend.
MEASURE = re.compile(
    r"\bcsat\b|satisf\w*|\bces\b|\beffort\w*|\beas[ey]\w*|\bquality\b|\brate\b|zufrieden\w*|aufwand\w*|\bbewerten\b|"
    r"\bqualität\b|"
    r"满意|滿意|费力|費力|容易|质量|品質|评价|評價|\besfuerzo\b|\bcalidad\b|\bqualité\b"
)
#: Groups that a tool derives from a score: `Q1_NPS_GROUP`, `NPS Category`.
GROUP = re.compile(
    r"\bgroups?\b|\bgruppe\b|\bcategor(?:y|ies)\b|\bkategorie\b|\bsegment\b|\bclass\b|\bbucket\b|\btypes?\b|\btyp\b|"
    r"组|組|类别|類別|类型|類型|\bgroupe\b|\bcat[eé]gor[ií]\w+|\bgrupo\b|\btipo\b"
)
#: An open question.
OPEN = re.compile(
    r"\bcomments?\b|\bfeedback\b|\bwhy\b|\breasons?\b|\btell us\b|\bexplain\b|\bexplanation\b|\bopen ended\b|"
    r"\bverbatims?\b|\bremarks?\b|\bimprov\w+|\bsuggest\w*|\bopinions?\b|\bdo better\b|\blike (?:best|most|least)\b|"
    r"\bdo you (?:dis)?(?:like|love|miss|value)\b|"
    r"\bon your mind\b|"
    r"\w*kommentar\w*|\banmerkung\w*|\bbegründ\w*|\b(?:haupt|beweg)?gr[uü]nde?\b|\bwarum\b|\bweshalb\b|\bwieso\b|\bverbesser\w*|"
    r"\brückmeldung\w*|\bmeinung\b|\bfreitext\w*|\bfreie antwort\b|\bgefällt\b|\bgefallen\b|\bmögen\b|\bgestört\b|"
    r"\bfehlt\b|\bvermiss\w*|"
    r"\bauf dem herzen\b|"
    r"原因|为什么|為什麼|为何|為何|意见|意見|建议|建議|评论|評論|留言|反馈|反饋|回饋|理由|改进|改進|看法|喜欢|"
    r"喜歡|最满意|最滿意|不满意的地方|想说|想說|补充|補充|"
    r"\bpourquoi\b|\bexplication\w*|\bcommentaire\w*|\braisons?\b|\bavis\b|\baméliorer\b|"
    r"\bpoints? (?:positif|négatif|fort|faible)s?\b|"
    r"\bcomentario\w*|\bpor qu[eé]\b|\bmotivos?\b|\braz[oó]n\b|\bopini[oó]n\b|\bsugerencia\w*|\bmejorar\b|"
    r"コメント|感想|改善|이유|의견|코멘트|개선|건의"
)
#: Names of a text, for exports in which no column asks an open question.
TEXT = re.compile(
    r"\btext\b|\breviews?\b|\bmessage\b|\bcontents?\b|\bbody\b|\bdescription\b|\bnotes?\b|\banswers?\b|\bresponses?\b|"
    r"\bantwort\b|\bnachricht\b|\bbeschreibung\b|评价|評價|内容|內容|说明|說明|描述|\btexte\b|\bréponse\b|\btexto\b|"
    r"\brespuesta\b"
)

#: A question that asks for the reasons of the score before it.
REASON = re.compile(
    r"\bwhy\b|\breasons?\b|\bexplain\b|\bexplanation\b|\b(?:this|that|your|the) (?:score|rating|answer)\b|"
    r"\bbegründ\w*|\b(?:haupt|beweg)?gr[uü]nde?\b|\bwarum\b|\bweshalb\b|\bwieso\b|"
    r"\b(?:ihrer?|deiner?|diese[rs]?) (?:bewertung|note|antwort)\b|"
    r"原因|为什么|為什麼|为何|為何|理由|이유|\bpourquoi\b|\braisons?\b|\bpor qu[eé]\b|\bmotivos?\b|\braz[oó]n\b"
)
#: An open question about anything.
ANYTHING = re.compile(
    r"\bany other\b|\banything\b|\belse\b|\bother comments?\b|\bfurther\b|\badditional\b|\bgeneral\b|\bsonst\w*|"
    r"\bweitere\w*|"
    r"\bnoch etwas\b|\ballgemein\w*|其他|其它|补充|補充|还有|還有|\bautres?\b|\botr[oa]s?\b|\balgo más\b"
)
#: A question, by its first words or the mark at its end.
QUESTION = re.compile(
    r"[?？]|\b(?:what|which|how|why|please|tell|describe|was|wie|welche\w*|warum|bitte|nennen|quel\w*|que|qu[eé]|"
    r"cu[aá]l\w*)\b|"
    r"什么|什麼|怎么|怎麼|哪|如何|请|請|吗|嗎"
)
#: Notes of the staff beside the answer, and what machines made of it: never the words of the customer.
STAFF = re.compile(
    r"\bintern(?:al(?:ly)?|e[rsn]?|as?|os?)?\b|\bnotes?\b|\bmemos?\b|\w*notiz(?:en)?\b|\w*bemerkung(?:en)?\b|"
    r"\w*vermerke?\b|\b(?:ticket|bearbeitungs|kontakt) ?(?:verlauf|historie)\b|\b(?:gegen)?massnahmen?\b|"
    r"\bclosed loop\b|社内|担当者|メモ|対応(?:内容|履歴|状況)|내부|상담원|메모|처리|"
    r"备注|備註|内部|內部|跟进|跟進|处理|處理|回访|回訪|工单|工單|"
    r"(?:客服|坐席|员工|員工|商家|卖家|運營|运营)(?:的)?(?:备注|備註|记录|記錄|紀錄|回复|回覆|留言|评论|評論|意见|意見|"
    r"说明|說明|反馈|回饋|小结|小結)|"
    r"\b(?:agents?|staff|support|team|owner|manager|supervisor|qa|qm|csr|csm|crm|rep|employee|moderator|admin|mitarbeiter\w*|"
    r"bearbeiter\w*|sachbearbeiter\w*|"
    r"betreuer\w*|agente|asesor|conseiller)(?: s)? (?:\w+ )?(?:comments?|remarks?|repl(?:y|ies)|responses?|answers?|"
    r"feedback|text|"
    r"message|kommentare?|antwort(?:en)?|rückmeldung|comentarios?|respuesta|commentaires?|réponse)\b|"
    r"\b(?:comments?|remarks?|responses?|kommentare?|antwort|commentaires?|comentarios?) "
    r"(?:(?:by|from|of|von|vom|des|der|du|de|del) )?(?:the )?"
    r"(?:agent|staff|team|support|owner|csm|commercial|vendeur|comercial|vertrieb\w*|mitarbeiter\w*|bearbeiter\w*|sachbearbeiter\w*|kundenservice|"
    r"kundendienst|agente|conseiller)\b|"
    r"\b(?:our|company|public) (?:reply|response|answer)\b|\bunsere antwort\b|\brepl(?:y|ies)\b|\bfollow ups?\b|"
    r"^actions?$|\bnachfass\w*|"
    r"\bnext steps?\b|\bactions? taken\b|\bto ?do\b|\bassignee\b|\bassigned\b|\bresolution\b|\bwiedervorlage\b|"
    r"\btranslat\w*|\w*übersetz\w*|翻译|翻譯|\btraduc\w*|\bsummary\b|\bzusammenfassung\b|摘要|\bkeywords?\b|"
    r"\bsentiment\b|情感"
)

#: Words by which a question addresses the respondent: such a column is no note of the staff.
ADDRESS = re.compile(r"\b(?:your?|ihre?[nrms]?|sie|dein(?:e[nrms]?)?|votre|vos|vous|sus?)\b|[您你]|ご意見")

#: Texts that are not written by the respondent.
NO_ANSWER = re.compile(
    r"\buser agent\b|\bbrowser\b|\burls?\b|\blink\b|\breferr?er\b|\baddress\b|\badresse\b|地址|\bip\b|\bids?\b|"
    r"\bcodes?$"
)

#: Technical facts about the connection, which are never segments.
TECHNICAL = re.compile(r"\bip\b|\buser agent\b|\blatitude\b|\blongitude\b|\bcollector\b")

#: The time of something, and whether that is the answer, its beginning, or something else.
TIME = re.compile(
    r"\b\w*(?:date|time|timestamp|datum|zeit|zeitpunkt|zeitstempel|fecha|hora|heure|datetime)\b|\b(?:at|am|on)$|时间|"
    r"時間|日期|时刻|時刻|日時|\bts\b|\beingang\b"
)
ANSWERED = re.compile(
    r"\brespon\w*|\bsubmi\w*|\bcomplet\w*|\banswer\w*|\bsurvey\w*|\bfeedback\b|\breview\w*|\brecord\w*|\bend(?:ed)?\b|"
    r"\bfinish\w*|\breceived\b|\btaken\b|\bentry\b|\w*antwort\w*|\babgeschickt\b|\babgesendet\b|\babgeschlossen\b|"
    r"\bausgefüllt\b|\beingang\w*|\beingegangen\b|\bbefragung\w*|\bumfrage\w*|\bteilnahme\w*|\bende\b|"
    r"提交|答|填|完成|结束|結束|回复|回覆|评价|評價|反馈|回饋|\brépon\w*|\benquête\b|\brespuesta\b|\benvío\b|"
    r"\bencuesta\b"
)
BEGINNING = re.compile(
    r"\bstart\w*|\bbeg[iua]nn?\w*|\bopened\b|\bsent\b|\binvit\w*|开始|開始|发送|發送|\bdébut\b|\binicio\b|\bversand\w*"
)
OTHER_TIME = re.compile(
    r"\bbirth\w*|\bdob\b|\bgeburt\w*|生日|出生|\bnaissance\b|\bnacimiento\b|\bcontract\w*|\bvertrag\w*|合同|合約|"
    r"\bdue\b|\brenew\w*|"
    r"\bpurchas\w*|\border\w*|\bkauf\w*|\bbestell\w*|购买|購買|订单|訂單|下单|下單|\bsign(?:ed)? ?up\b|\bjoin\w*|"
    r"\bsince\b|\bseit\b|"
    r"\bregist\w*|注册|註冊|\bdeliver\w*|\bliefer\w*|\bship\w*|\bexpir\w*|\btrial\b|\bcancel\w*|\bkündig\w*|"
    r"\binvoice\w*|\brechnung\w*|"
    r"\bnext\b|\bfollow\b|\bmodif\w*|\bupdated\b|\bgeändert\b|更新|\blast (?:login|seen|visit)\b|\bcheck (?:in|"
    r"out)\b|\barrival\b|"
    r"\bdeparture\b|\bappointment\b|\btermin\b|\bvisit\b|\bduration\b|\bdauer\b|时长|時長|所用时间|所用時間|用时|"
    r"用時|\bachat\b|\bcompra\b"
)
#: Names that end like an id, but for those of something else than the response.
ID = re.compile(r"^id \w|\b(?:id|uid|uuid|guid|token)$|(?:id|编号|編號|编码|編碼|號|号)$|\b(?:nr|no|number|nummer)$")
OTHER_ID = re.compile(
    r"survey|umfrage|问卷id|問卷id|collector|question|frage|product|produkt|order|bestell|ticket|invoice|rechnung|"
    r"phone|telefon|prodott|producto|pedido|utente|usuario|"
    r"postal|zip|plz|country|region|session|campaign|kampagne|customer|client|kund|user|nutzer|member|person|account|"
    r"konto|contact|kontakt|客户|客戶|用户|"
    r"用戶|会员|會員|手机|手機|电话|電話|订单|訂單|产品|產品|email|store|branch|filiale|employee|agent"
)

_NAMES = Path(__file__).with_name("column_names.toml")
_CELLS = Path(__file__).with_name("cell_words.toml")


@lru_cache
def facts() -> Mapping[str, tuple[str, ...]]:
    """Names of columns about the respondent and the response, by role, best first."""
    return {role: tuple(names) for role, names in tomllib.loads(_NAMES.read_text("utf-8"))["facts"].items()}


@lru_cache
def customer_list() -> Mapping[str, tuple[str, ...]]:
    """Names of further columns of a list of customers to ask, by role, best first."""
    return {role: tuple(names) for role, names in tomllib.loads(_NAMES.read_text("utf-8"))["customer_list"].items()}


@lru_cache
def segments() -> frozenset[str]:
    """Names of dimensions that are commonly compared; a column of that name with few values becomes a segment."""
    return frozenset(tomllib.loads(_NAMES.read_text("utf-8"))["segments"]["names"])


@lru_cache
def in_cells(meaning: str) -> frozenset[str]:
    """Words in cells that mean `no_answer`, `true`, `false`, `test`, `unfinished`, or a group of NPS; case-folded."""
    return frozenset(map(str.casefold, tomllib.loads(_CELLS.read_text("utf-8"))[meaning]))
