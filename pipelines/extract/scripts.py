"""Times in scripts that write them in another way, spelled as the rest is read: Arabic, Hebrew, Hindi, Bengali, Thai,
Greek, Chinese, Japanese, Korean.

14時05分 -> 14:05, 午後2時 -> 2:00 pm, 2026年1月14日 -> 14.1.2026, 5分前 and منذ 5 دقائق -> 5 minutes ago.
"""

from __future__ import annotations

import re
import unicodedata

from .calendars import western

_OTHER = re.compile(
    "[\u0370-\u03ff\u0590-\u06ff\u0900-\u0e7f\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uff10-\uff1a]"
)
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_DIGITS = {n: str(unicodedata.digit(chr(n))) for n in range(0x80, 0x10000) if unicodedata.category(chr(n)) == "Nd"}
_DIGITS[ord("：")] = ":"
_MARKS = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x61C, 0xFEFF])

_EAST_DAY = re.compile(
    r"(?:(20\d\d)\s*[年년]\s*)?(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日号號일]\s*(?:[(（][^()（）]{1,3}[)）])?"
)
_MONTHS = (
    "january", "february", "march", "april", "május", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_EAST_CLOCK = re.compile(
    r"(?P<half>午前|上午|凌晨|早上|오전|새벽|아침|午後|下午|晚上|中午|오후|낮|저녁|밤)?\s*(?<![\d.:])(?P<h>\d{1,2})\s*"
    r"(?:[時时点點시](?![間间])\s*(?:(?P<m>\d{1,2})\s*[分분])?|(?(half):(?P<n>\d\d)|(?!)))"
)
# "11일 오전 0시 20분": which month it is, and that it is another day, is for the clocks around it to say
_EAST_OF_MONTH = re.compile(
    r"(?<![\d月월])(?<![月월]\s)\d{1,2}\s*[日일]\s*(?:[(（][^()（）]{1,3}[)）]\s*)?(?=(?:[午上凌早下晚中]\S|오전|새벽|아침|오후|낮|저녁|밤)\s*\d)"
)
_NOON = re.compile(r"(?:正午|정오)(?!\s?\d)")
_EAST_UNITS = {
    "秒": "seconds", "초": "seconds", "分": "minutes", "分钟": "minutes", "分鐘": "minutes", "분": "minutes",
    "時間": "hours", "小时": "hours", "小時": "hours", "시간": "hours", "日": "days", "天": "days", "일": "days",
    "週間": "weeks", "周": "weeks", "주": "weeks",
}  # fmt: skip
_EAST_AGE = re.compile(rf"(\d{{1,3}})\s*({'|'.join(sorted(_EAST_UNITS, key=len, reverse=True))})\s*(?:以?前|전)")
_EAST_LABELS = (("最終更新", "updated"), ("更新", "updated"), ("公開", "published"), ("掲載", "published"),
                ("配信", "published"), ("发布", "published"), ("發布", "published"), ("たった今", "just now"),
                ("刚刚", "just now"), ("剛剛", "just now"), ("방금", "just now"), ("업데이트", "updated"))  # fmt: skip

_ARABIC_UNITS = {
    "seconds": "ثانية ثانيتين ثوان ثواني ثوانٍ",
    "minutes": "دقيقة دقيقتين دقائق",
    "hours": "ساعة ساعتين ساعات",
    "days": "يوم يوما يوماً يومين أيام",
    "weeks": "أسبوع أسبوعا أسبوعين أسابيع",
}
_HEBREW_UNITS = {
    "seconds": "שניות",
    "minutes": "דקה דקות",
    "hours": "שעה שעתיים שעות",
    "days": "יום יומיים ימים",
    "weeks": "שבוע שבועיים שבועות",
}
_HINDI_UNITS = {"सेकंड": "seconds", "मिनट": "minutes", "घंटे": "hours", "घंटा": "hours", "दिन": "days",
                "हफ्ते": "weeks"}  # fmt: skip
_HINDI_AGE = re.compile(rf"(\d{{1,3}})\s*({'|'.join(_HINDI_UNITS)})\s+पहले")
_HINDI_CLOCK = re.compile(
    r"(?:(?P<half>सुबह|तड़के|तड़के|दोपहर|शाम|रात)\s*(?:के\s+)?)?(?<![\d.:])(?P<h>\d{1,2})(?:[:.](?P<m>\d\d))?\s*(?:बजे(?!\w)|(?(half)(?(m)(?!\w)|(?!))|(?!)))"
)
_BENGALI_CLOCK = re.compile(
    r"(?P<half>ভোর|সকাল|দুপুর|বিকাল|বিকেল|সন্ধ্যা|রাত)\s*(?<![\d.:])(?P<h>\d{1,2})(?:[:.](?P<m>\d\d)|\s?টা(?:\s*(?P<n>\d{1,2})(?:\s*মিনিট)?)?)"
)
_BENGALI_MORNING = ("ভোর", "সকাল")
_BENGALI_NIGHT = "রাত"
_HINDI_MORNING = ("सुबह", "तड़के", "तड़के")
_NIGHT, _NOON_WORD = "रात", "दोपहर"
_TWO = ("ين", "יים")  # the ending of two of something
_UNITS_AFTER = [*_ARABIC_UNITS.items(), *_HEBREW_UNITS.items()]
_ARABIC_UNIT = {word: unit for unit, words in _UNITS_AFTER for word in words.split()}
_ARABIC_NAMES = "|".join(sorted(_ARABIC_UNIT, key=len, reverse=True))
_ARABIC_AGE = re.compile(
    r"(?:منذ|قبل|לפני)\s+(?:(\d{1,3})\s+)?"
    rf"({_ARABIC_NAMES})(?:\s+واحدة?)?(?:\s*و\s?(\d{{1,2}})\s*({_ARABIC_NAMES}))?(?!\w)"
)
_ARABIC_CLOCK = re.compile(
    r"(?:الساعة\s*)?(?<![\d.:])(?P<h>\d{1,2})[:.](?P<m>\d\d)(?![\d.:])(?:\s*(?P<half>صباحاً|صباحا|مساءً|مساء|ص|م)(?!\w))?"
)
_ARABIC_MONTHS = (
    "يناير كانون\u00a0الثاني", "فبراير شباط", "مارس آذار", "أبريل إبريل نيسان", "مايو أيار", "يونيو حزيران",
    "يوليو تموز", "أغسطس آب", "سبتمبر أيلول", "أكتوبر تشرين\u00a0الأول", "نوفمبر تشرين\u00a0الثاني",
    "ديسمبر كانون\u00a0الأول",
)  # fmt: skip
_ARABIC_MONTH = {
    word.replace("\u00a0", " "): number for number, words in enumerate(_ARABIC_MONTHS, 1) for word in words.split(" ")
}
_ARABIC_DAY = re.compile(
    rf"(\d{{1,2}})\s+({'|'.join(sorted(_ARABIC_MONTH, key=len, reverse=True))})(?:\s*/\s*\w+)?[\s،,]+(20\d\d)"
)
_ARABIC_LABELS = (("آخر تحديث", "updated"), ("تم التحديث", "updated"), ("تحديث", "updated"), ("نُشر", "published"),
                  ("نشر", "published"), ("الآن", "just now"), ("بتوقيت غرينتش", "GMT"),
                  ("بتوقيت جرينتش", "GMT"), ("غرينتش", "GMT"), ("جرينتش", "GMT"))  # fmt: skip
_WEEKDAY = re.compile(
    r"(?:ال(?:أحد|اثنين|إثنين|ثلاثاء|أربعاء|خميس|جمعة|سبت)|"
    r"[月火水木金土日]曜日?|星期[一二三四五六日天])"
)
_AFTERNOON = ("午後", "下午", "晚上", "中午", "오후", "낮", "저녁", "밤", "م")
_OTHER_HALVES = ((re.compile(r"μ\.\s?μ\.?|μμ(?!\w)"), "pm"), (re.compile(r"π\.\s?μ\.?|πμ(?!\w)"), "am"))
# what stands behind a clock in a sentence: half past, about, as of, after, before, at, from, until, the news of
_ABOUT = (
    "半", "ごろ", "頃", "現在", "すぎ", "過ぎ", "前", "に", "から", "まで", "以降", "の",
    "께", "쯤", "에", "부터", "까지", "许", "許", "무렵", "기준", "뉴스",
    "ニュース", "时分", "時分", "过后", "過後", "前后", "左右",
)  # fmt: skip
# Words around a clock that say nothing but that it is one.
_FILLERS = re.compile(
    r"เวลา|น\.(?!\w)|ساعت|الساعة|שעון ישראל|"
    r"[（(]?(?:日本|現地|现地|北京|当地|當地)(?:時間|时间|時|时)[)）]?|[（(]?(?:한국|현지)\s?시간[)）]?"
)


def spelled(text: str) -> str:
    """The text with such times as Western pages write them; all else stays as it is."""
    if text.isascii() or not _OTHER.search(text):
        return text
    text = text.translate(_DIGITS).translate(_MARKS)
    text = western(text)
    text = _EAST_AGE.sub(lambda f: f" {f[1]} {_EAST_UNITS[f[2]]} ago ", text)
    text = _ARABIC_AGE.sub(_arabic_age, text)
    text = _HINDI_AGE.sub(lambda f: f" {f[1]} {_HINDI_UNITS[f[2]]} ago ", text)
    text = _EAST_DAY.sub(lambda f: f" {f[3]}.{f[2]}.{f[1]} " if f[1] else f" {f[3]} {_month(f[2])} ", text)
    text = _ARABIC_DAY.sub(lambda f: f" {f[1]}.{_ARABIC_MONTH[f[2]]}.{f[3]} ", text)
    text = _NOON.sub(" 12:00 ", text)
    text = _ARABIC_CLOCK.sub(_clock, _EAST_CLOCK.sub(_clock, _EAST_OF_MONTH.sub(" ", text)))
    text = _BENGALI_CLOCK.sub(_bengali_clock, _HINDI_CLOCK.sub(_hindi_clock, text))
    for half, name in _OTHER_HALVES:
        text = half.sub(f" {name} ", text)
    text = _FILLERS.sub(" ", text)
    for word, label in (*_EAST_LABELS, *_ARABIC_LABELS):
        text = text.replace(word, f" {label} ")
    return " ".join(_WEEKDAY.sub(" ", text).replace("،", " ").split())


def _month(number: str) -> str:
    """By a name that can be nothing else: "11月20日" is no clock, as 20.11 would be."""
    return _MONTHS[int(number) - 1] if 1 <= int(number) <= len(_MONTHS) else ""


def _clock(found: re.Match[str]) -> str:
    groups = found.groupdict()
    half = groups["half"] or ""
    name = "" if not half else "pm" if half.startswith(_AFTERNOON) else "am"
    # 午後0時 and 午前0時 are noon and midnight: twelve, where a clock has halves
    hour = "12" if name and groups["h"] in ("0", "00") else groups["h"]
    return f" {hour}:{int(groups['m'] or groups.get('n') or 0):02} {name} "


def _arabic_age(found: re.Match[str]) -> str:
    """ "An hour", "two hours", "3 hours and 15 minutes"."""
    more = f" and {found[3]} {_ARABIC_UNIT[found[4]]}" if found[3] else ""
    return f" {found[1] or (2 if found[2].endswith(_TWO) else 1)} {_ARABIC_UNIT[found[2]]}{more} ago "


def _hindi_clock(found: re.Match[str]) -> str:
    hour, half = int(found["h"]), found["half"]
    morning = half in _HINDI_MORNING or (half == _NIGHT and (hour < 6 or hour == 12))  # after midnight
    morning = morning or (half == _NOON_WORD and hour == 11)
    name = "" if not half else "am" if morning else "pm"
    return f" {hour}:{int(found['m'] or 0):02} {name} "


def _bengali_clock(found: re.Match[str]) -> str:
    hour, half = int(found["h"]), found["half"]
    night = half == _BENGALI_NIGHT and (hour < 6 or hour == 12)  # after midnight
    name = "am" if half in _BENGALI_MORNING or night else "pm"
    return f" {hour}:{int(found['m'] or found['n'] or 0):02} {name} "


def leading(text: str) -> tuple[str, int] | None:
    """A clock in such a script at the start of a paragraph, as it is spelled elsewhere, and where it ends."""
    plain = text.translate(_DIGITS)  # letter for letter
    for pattern in (_EAST_CLOCK, _ARABIC_CLOCK, _NOON):
        found = pattern.match(plain, len(plain) - len(plain.lstrip(" \t\n\r\xa0\u3000【［（[(")))
        if found and _OTHER.search(text[: found.end()]) and not text[found.end() :].lstrip().startswith(_ABOUT):
            return "12:00" if pattern is _NOON else _clock(found).strip(), found.end()
    return None


def length(text: str) -> int:
    """Letters, as much as they say: one of Chinese, Japanese or Korean says what two or more of others do."""
    return len(text) if text.isascii() else len(text) + len(_WIDE.findall(text))
