"""Eight causes, six of complaint and two of praise, each in the four first-class languages, three times."""

from __future__ import annotations

from typing import NamedTuple

#: cause → language → sentences
SENTENCES: dict[str, dict[str, tuple[str, ...]]] = {
    "login": {
        "en": (
            "I keep getting logged out of the app",
            "Logging in fails every second time",
            "The login page rejects my password",
        ),
        "de": (
            "Ich werde ständig aus der App abgemeldet",
            "Die Anmeldung schlägt jedes zweite Mal fehl",
            "Die Loginseite nimmt mein Passwort nicht an",
        ),
        "zh-Hans": ("应用总是让我退出登录", "登录有一半时候会失败", "登录页面不认我的密码"),
        "zh-Hant": ("應用程式一直把我登出", "登入有一半時候會失敗", "登入頁面不接受我的密碼"),
    },
    "delivery": {
        "en": (
            "My parcel arrived two weeks late",
            "The delivery took far longer than promised",
            "The order was delivered much too late",
        ),
        "de": (
            "Mein Paket kam zwei Wochen zu spät an",
            "Die Lieferung hat viel länger gedauert als versprochen",
            "Die Bestellung wurde viel zu spät geliefert",
        ),
        "zh-Hans": ("我的包裹晚到了两个星期", "送货时间比承诺的长得多", "订单送达得太晚了"),
        "zh-Hant": ("我的包裹晚到了兩個星期", "送貨時間比承諾的長得多", "訂單送達得太晚了"),
    },
    "price": {
        "en": (
            "The subscription has become far too expensive",
            "You raised the price without telling anyone",
            "The monthly price is too high for us",
        ),
        "de": (
            "Das Abo ist viel zu teuer geworden",
            "Ihr habt den Preis erhöht, ohne jemandem Bescheid zu geben",
            "Der Monatspreis ist für uns zu hoch",
        ),
        "zh-Hans": ("订阅变得太贵了", "你们没有通知任何人就涨价了", "每月的价格对我们来说太高"),
        "zh-Hant": ("訂閱變得太貴了", "你們沒有通知任何人就漲價了", "每月的價格對我們來說太高"),
    },
    "battery": {
        "en": (
            "The battery is empty after half a day",
            "Battery life is terrible",
            "It drains my battery within hours",
        ),
        "de": (
            "Der Akku ist nach einem halben Tag leer",
            "Die Akkulaufzeit ist furchtbar",
            "Es saugt meinen Akku innerhalb von Stunden leer",
        ),
        "zh-Hans": ("电池半天就没电了", "电池续航太差", "几个小时就把我的电池耗光"),
        "zh-Hant": ("電池半天就沒電了", "電池續航太差", "幾個小時就把我的電池耗光"),
    },
    "hotline": {
        "en": (
            "I waited forty minutes on the support hotline",
            "Nobody at customer service answers the phone",
            "Customer support never calls back",
        ),
        "de": (
            "Ich habe vierzig Minuten in der Warteschleife der Hotline gewartet",
            "Beim Kundenservice geht niemand ans Telefon",
            "Der Kundendienst ruft nie zurück",
        ),
        "zh-Hans": ("客服热线让我等了四十分钟", "客服电话没有人接", "客服从来不回电话"),
        "zh-Hant": ("客服熱線讓我等了四十分鐘", "客服電話沒有人接", "客服從來不回電"),
    },
    "invoice": {
        "en": (
            "The invoice shows the wrong amount",
            "There are mistakes on every bill",
            "My invoice was calculated incorrectly",
        ),
        "de": (
            "Auf der Rechnung steht der falsche Betrag",
            "Auf jeder Rechnung sind Fehler",
            "Meine Rechnung wurde falsch berechnet",
        ),
        "zh-Hans": ("发票上的金额不对", "每张账单都有错误", "我的发票算错了"),
        "zh-Hant": ("發票上的金額不對", "每張帳單都有錯誤", "我的發票算錯了"),
    },
    "friendly staff": {
        "en": (
            "The staff in the shop were very friendly",
            "Such kind and helpful employees",
            "The people at the counter are always polite",
        ),
        "de": (
            "Das Personal im Laden war sehr freundlich",
            "So nette und hilfsbereite Mitarbeiter",
            "Die Leute am Schalter sind immer höflich",
        ),
        "zh-Hans": ("店里的员工非常友好", "员工很亲切也很乐于助人", "柜台的工作人员总是很有礼貌"),
        "zh-Hant": ("店裡的員工非常友善", "員工很親切也很樂於助人", "櫃檯的工作人員總是很有禮貌"),
    },
    "easy to use": {
        "en": (
            "The app is really easy to use",
            "I understood the menus right away",
            "Simple and intuitive user interface",
        ),
        "de": (
            "Die App ist wirklich leicht zu bedienen",
            "Ich habe die Menüs sofort verstanden",
            "Einfache und intuitive Benutzeroberfläche",
        ),
        "zh-Hans": ("这个应用真的很好用", "菜单我一看就懂", "界面简单直观"),
        "zh-Hant": ("這個應用程式真的很好用", "選單我一看就懂", "介面簡單直覺"),
    },
}

#: Causes of praise; the others are complaints.
PRAISE = frozenset({"friendly staff", "easy to use"})


class Sentence(NamedTuple):
    """One sentence. Sentences of one cause with the same number are translations of each other."""

    cause: str
    language: str
    number: int
    text: str


ALL_SENTENCES = [
    Sentence(cause, language, number, text)
    for cause, languages in SENTENCES.items()
    for language, texts in languages.items()
    for number, text in enumerate(texts)
]
