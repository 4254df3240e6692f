"""Tells whether a name is that of an employee, whose praise may be shown, or of a customer.

A name is an employee's only where the sentence says so: anything else stays hidden.
"""

from __future__ import annotations

import re

_SENTENCE_END = re.compile(r"[.!?。！？\n](?=\s|$)|[。！？\n]")
_BEFORE, _AFTER = 80, 80

_CUSTOMER_BEFORE = re.compile(
    r"(?:my name is|\bi am|\bi['’]m|this is|here is|it['’]s|\b(?:my|our) (?:\w+ )?(?:husband|wife|partner|son"
    r"|daughter|kids?|child|mother|father"
    r"|mum|mom|dad|brother|sister|friend|colleague|neighbou?r|boss|grand\w+|aunt|uncle|cousin|dog|cat)|surname"
    r"|last name|account holder"
    r"|addressed to|order went to|(?:delivered|sent|parcel (?:is )?for) to|on behalf of"
    r"|ich bin|ich heiße|ich heisse|mein name ist|hier ist|hier schreibt|\b(?:meine?[rmn]?"
    r"|unsere?[rmn]?) (?:\w+ )?(?:mann|frau|partner(?:in)?|sohn|tochter|kind|mutter|vater"
    r"|bruder|schwester|freund(?:in)?|kolleg(?:e|in)|nachbar(?:in)?|chef(?:in)?|oma|opa|tante|onkel|enkel(?:in)?|hund"
    r"|katze)|nachnamen?|familie|nachbar(?:in)?|adressiert"
    r"|(?:war|ging|ist) an|im namen von"
    r"|我叫|我是|本人|姓名|收件人|收货人|收貨人|联系人|聯絡人|聯繫人|签收人|簽收人|落款|署名|户名|戶名"
    r"|我(?:的|跟|和)?(?:老公|老婆|妻子|丈夫|太太|先生|女儿|女兒|儿子|兒子|妈妈|媽媽|爸爸|妈|媽|爸|同事|朋友|邻居"
    r"|鄰居|孩子|妹妹|弟弟|姐姐|哥哥|室友)"
    r"|regards|wishes|sincerely|cheers|yours|grüßen?|gruß|mfg|\blg|\bvg|谢谢你们|——|–|—)\W{0,6}(?:\w+\W{1,3}){0,3}$",
    re.IGNORECASE,
)
_STAFF = re.compile(
    r"\b(?:help\w*|assist\w*|serv\w+|support|team|desk|staff|agent|rep|driver|courier|technicians?|engineer|manager"
    r"|advisor|adviser"
    r"|thank\w*|kudos|shout ?out|hats off|praise|credit|star|fantastic|brilliant|lovely|polite|rude|friendly"
    r"|patient\w*|kind|helpful|clueless"
    r"|professional|knowledgeable|explained|fixed|fitted|sorted|solved|spoke|talked|chat|called back|ask for|shift"
    r"|store|till|billing|accounts"
    r"|reception\w*|doctor|dr|professor|nurse|teacher|trainer|instructor|from|answered?|answers|could|deserves"
    r"|hilf\w*|half|geholfen|weitergeholfen|bedien\w*|berat\w*|kompetent\w*|freundlich\w*|nett\w*|geduldig\w*|patzig"
    r"|lob\w*|dank\w*|beschwerde"
    r"|mitarbeiter\w*|kolleg\w*|techniker\w*|monteur\w*|fahrer\w*|filial\w*|verkäufer\w*|kassierer\w*|zusteller\w*"
    r"|bote\w*|kasse|super|spitze"
    r"|ansprech\w*|service|erklärt\w*|telefon\w*|fragen sie|begleitet|herrn?|frau|fr|hr|auskunft|zeit genommen"
    r"|ernst genommen|ohne|seit)\b"
    r"|客服|店[员員长長]|[经經副]理|主任|师傅|師傅|导购|導購|专员|專員|顾问|顧問|销售|銷售|业务|業務|技术员|技師"
    r"|工程师|工程師|司机|司機|快[递遞]员|外[卖送][员員]|骑手"
    r"|护[士理]|護[士理]|教练|教練|老[师師]|医[生师]|醫[生師]|前台|柜台|櫃檯|服[务務]|耐心|热情|熱情|[谢謝]|表扬|夸"
    r"|誇|[赞讚]|投诉|投訴|多[亏虧]|态度|態度|沟通|溝通|[处處]理|找|说法|交代"
    r"|先生|女士|小姐|姐|哥|工",
    re.IGNORECASE,
)


def is_staff(text: str, start: int, end: int) -> bool:
    """Whether the sentence around the name `text[start:end]` speaks of an employee."""
    before = _SENTENCE_END.split(text[max(0, start - _BEFORE) : start])[-1]
    after = _SENTENCE_END.split(text[end : end + _AFTER])[0]
    if _CUSTOMER_BEFORE.search(before):
        return False
    return bool(_STAFF.search(before) or _STAFF.search(after))
