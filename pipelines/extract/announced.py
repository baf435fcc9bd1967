"""Words by which newsrooms announce live coverage in an address or a title. A hint, never enough alone.

What also names broadcasts is among them ("live", "en vivo", "canlı"): newsrooms use one word for both.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

from .dom import address

# between word boundaries, of scripts that have them
_WORDS = (
    r"live",
    r"live[- ]?(?:blogs?|tickers?|updates?|news|coverage|feed|stream|reports?|text|cent(?:er|re))",
    r"as it happened|minute[- ]by[- ]minute|ball[- ]by[- ]ball|play[- ]by[- ]play|rolling (?:coverage|updates)",
    r"(?<=[:–—,-]\s)as it happens|as it happens(?=\s*(?:[|–—]|$))",
    r"live[- ]?berichte?|\w*news-?blog|(?:live|news|wahl|eil)?ticker|minute für minute|minutenprotokoll",  # German
    r"en direct|suivi en direct|minute par minute|direct(?= *(?:[:.–—]|$))",  # French
    r"in diretta|(?:la )?diretta|in tempo reale|minuto per minuto",  # Italian
    r"en vivo|en directo|en tiempo real|(?:al )?minuto a minuto|minuto y resultado",  # Spanish
    r"em direto|ao vivo|(?:em )?tempo real|(?:ao )?minuto a minuto|ao minuto|lance a lance",  # Portuguese
    r"en viu|minut a minut",  # Catalan
    r"live-?verslag|minuut tot minuut|van minuut tot minuut",  # Dutch
    r"direkte?(?= *(?:[:.–—]|$))|direkterapport\w*|direktestudio|direktrapport\w*|minutt for minutt|"
    r"minut for minut|minut för minut|live-?uppdatering\w*|live-?opdater\w*|live-?oppdater\w*|liverapport\w*|"
    r"liveblogg",  # Scandinavian
    r"hetki hetkeltä|suorana|live-?seuranta",  # Finnish
    r"relacja(?: na żywo)?|na żywo|minuta po minucie",  # Polish
    r"naživo|živě|on-?line přenos|minutu po minutě|minútu po minúte|uživo|u živo|minut[aeo]? po minut[aeiu]",
    r"élő közvetítés|élőben|percről percre",  # Hungarian
    r"în direct|minut cu minut|live-?text",  # Romanian
    r"otse(?:blogi|pilt|ülekanne|reportaaž)|tie[sš]raide|tiesiogiai|gyvai|v živo|neposredni prenos|drejtpërdrejt|"
    r"í beinni|уживо|во живо|минут по минут",  # Estonian, Latvian, Lithuanian, Slovene, Albanian, Icelandic, Serbian
    r"ζωντανά|λεπτό προς λεπτό",  # Greek
    r"canl[ıi] (?:yayın|anlat[ıi]m|blog|takip|gelişmeler)|canlı(?= *(?:[:.–—]|$))|dakika dakika",  # Turkish
    r"(?:онлайн|текстовая|прямая)[- ]трансляция|трансляция|в прямом эфире|минута за минутой|наживо|"
    r"онлайн-репортаж|хвилина за хвилиною|текстова трансляція|на живо",  # Cyrillic
    r"siaran langsung|laporan langsung|trực tiếp|tường thuật",  # Indonesian, Malay, Vietnamese
    r"زنده|لحظه به لحظه",  # Persian
    r"לייב|שידור חי|דיווח חי|עדכונים שוטפים|מבזקים",  # Hebrew
)
# of scripts in which a word's end cannot be seen, or is not one for regular expressions
_PIECES = (
    r"ライブ(?:更新|速報|ブログ)|生中[継继]|タイムライン|実況(?!見分)|文字直播|直播|实时更新|即時更新|实时|滚动更新|随時更新",
    r"실시간|생중계|(?:현장|문자|실황) ?중계|타임라인|(?<![가-힣])라이브",
    r"(?:تغطية|بث) (?:مباشرة?|حية)|مباشر|لحظة بلحظة|دقيقة بدقيقة",
    r"लाइव|पल[- ]पल|লাইভ|லைவ்|நேரலை|లైవ్|ലൈവ്|ਲਾਈਵ|લાઈવ|ಲೈವ್|ถ่ายทอดสด|รายงานสด|เกาะติด",
)
_LIVE = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b|{'|'.join(_PIECES)}", re.IGNORECASE)
# "percről percre" is "percrol-percre" in an address
_SPELLED_OUT = "".join(c for c in unicodedata.normalize("NFKD", "|".join(_WORDS)) if not unicodedata.combining(c))
_LIVE_ADDRESS = re.compile(rf"\b(?:{_SPELLED_OUT})\b", re.IGNORECASE)
_PART = re.compile(r"\bonline\b", re.IGNORECASE)  # of a site in these countries; in a title often its name
_SUFFIX = re.compile(r"\.(?:co|com|org|net|ac|gov)\.(?=[a-z]{2}$)")
_SO_CALLED = (".cz", ".sk", ".pl")
_FILE = re.compile(r"\.[a-z]{3,5}$|\b[a-z]?\d[\w.]*$", re.IGNORECASE)  # what follows the last word of an address


# What a page says above its first update: that it is kept up to date, as of timetables and prices is said, too; ...
_KEPT = re.compile(
    r"(?:page|story|article|post|thread|blog) (?:is|will be|is being) (?:continuously |constantly |regularly )?updated|"
    r"(?:keep|keeping) (?:you|this (?:page|story|post)) (?:posted|updated|up to date)|"
    r"(?:we|i) (?:will )?(?:update|are updating) this page|wir aktualisieren diese seite|"
    r"päivitämme (?:tätä |tälle )?sivu\w*|"
    r"(?:vi|jeg|jag) (?:uppdaterar|oppdaterer|opdaterer) (?:den här |denne |her )?(?:sidan|siden|saken)|"
    r"(?:rolling|regular|running) updates|auf dem laufenden|ständig aktualisiert|"
    r"au fur et à mesure|(?:mise?s? à jour|informations?) (?:en continu|régulièrement)|"
    r"actualiza(?:mos|remos|da)? (?:constante|permanente)|(?:iremos|vamos|seguiremos) actualizando|"
    r"aggiornat[aoei] (?:costantemente|continuamente|in continuo)|aggiornamenti costanti|"
    r"atualizad[ao] (?:constante|continua|ao longo)|vamos atualizando|"
    r"(?:voortdurend|doorlopend|continu) (?:bij|geüpdatet|geactualiseerd)|hier op de hoogte|"
    r"actualizăm constant|anbean|sürekli güncel|постоянно обновля|обновляется|постійно оновлю|оновлюється|"
    r"持续更新|持續更新|不断更新|계속 업데이트|أول[اً]* ب?أول|تباع[اً]+|تحديثات? مستمرة?|लगातार अपडेट|पल-पल|"
    r"terus (?:diperbarui|memperbarui)|liên tục cập nhật",
    re.IGNORECASE,
)
# ... or that it grows at its top.
_GROWS = re.compile(
    r"(?:newest|latest|most recent)(?: \w+)? (?:first\b(?! (?:minister|lady|half|quarter|round|set|day|time)\b)|"
    r"(?:is |are )?(?:at|on) (?:the )?top)|"
    r"neue(?:ste|ren?)[ns]?(?: \w+)? (?:(?:steht|stehen|immer|ganz) )*(?:oben|zuerst)|"
    r"plus récente?s?(?: \w+)? (?:(?:est|sont) )?(?:en haut|en premier|d['’]abord)|"
    r"más recientes?(?: \w+)? (?:(?:va|van|está|están) )?(?:primero|arriba)|"
    r"(?:últim\w+|nuev\w+)(?: \w+)? (?:va|van|está|están) (?:primero|arriba)|"
    r"più recent[ei](?: \w+)? (?:(?:è|sono) )?(?:in alto|per prim|in cima)|"
    r"mais recentes?(?: \w+)? (?:(?:está|estão|fica|ficam) )?(?:primeiro|em cima|no topo)|"
    r"nieuwste(?: \w+)? (?:staa[nt] )?(?:bovenaan|eerst)|uusin(?: \w+)? (?:on )?(?:ylinnä|ylimpänä|ensin)|"
    r"(?:nyeste|nyaste|senaste|siste)(?: \w+)? (?:ligger |står |legges |är |er )?(?:øverst|överst|først|först)|"
    r"najnowsz\w+(?: \w+){0,2} (?:na|u) górz?[eay]?|"
    r"(?:nejnovější|najnovší\w*|najnovij\w+|najnovej\w+)(?: \w+){0,2} (?:(?:je|jsou|sú|na) )?"
    r"(?:nahoře|navrchu|hore|vrhu|jako první|ako prvé)|"
    r"legfrissebb(?: \w+)? (?:van )?(?:felül|elöl)|legújabb(?: \w+)? (?:van )?(?:felül|elöl)|"
    r"cel\w* mai (?:noi|nou\w*|recent\w*)(?: \w+)? (?:(?:sunt|este|e) )?(?:primel\w+|prim[aeu]\w*|sus|în față)|"
    r"най-нов\w+ (?:\w+ )?(?:е |са )?(?:най-)?(?:отгоре|горе)|"
    r"нов\w+ (?:\w+ )?(?:сверху|вверху|зверху|вгорі)|νεότερ\w+(?: \w+)? (?:είναι )?(?:επάνω|πάνω|πρώτ\w+)|"
    r"en (?:yeni|son)(?: \w+)? (?:en )?üstte|terbaru(?: \w+)? (?:di|ada di) (?:paling )?atas|"
    r"mới nhất(?: \w+)? (?:ở )?(?:trên cùng|đầu trang)|"
    r"新しい(?:順|情報(?:を|は|が)上)|上から新しい|最新(?:の)?情報(?:を|は|が)(?:一番)?上|최신순|最新(?:消息|内容)?(?:在|置)(?:最)?(?:上|顶|頂)",
    re.IGNORECASE,
)
# ... or that it tells what happens.
_TOLD = re.compile(
    r"updates? (?:here )?(?:throughout the (?:day|night|evening)|as they come)|"
    r"au courant (?:ici|sur cette page|tout au long)|tout au long de la (?:journée|soirée|nuit)|"
    r"(?:iremos|vamos|seguiremos) (?:contando|informando)",
    re.IGNORECASE,
)
# "Steadily": shops hire so, too, and courses are open; it depends on what else the sentence says.
_STEADILY = re.compile(
    r"\b(?:fort)?laufend\b|løbende|fortløpende|fortlöpande|löpande|kontinuerligt|jatkuvasti|pitkin (?:päivää|iltaa)|"
    r"na bieżąco|průběžně|priebežne|folyamatosan|în permanență|sproti|kontinuirano|συνεχώς|διαρκώς|随時|수시로",
    re.IGNORECASE,
)
_KEEPS = re.compile(
    r"aktuali[sz]|opdater|oppdater|uppdater|päivit|frissít|actualiz|posodablja|ažurir|ενημερών|更新|업데이트",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"bericht|informi|fortæl|fortell|berätta|rapporter|kerro|relacjon|informuj|sledujeme|tudósít|beszámol|relatăm|"
    r"poroča|izvje[sš]|izve[sš]t|お伝え|전해|전합니다",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?…。！？]")


def is_kept(text: str) -> bool:
    """Whether a line says that its page is kept up to date, or that the newest is on top."""
    return _KEPT.search(text) is not None or _GROWS.search(text) is not None or _steadily(text, _KEEPS)


def tells_on(text: str) -> bool:
    """Whether a line above the first update says that more is told as it happens: less than a title that says so."""
    return _TOLD.search(text) is not None or _steadily(text, _TELLS)


def _steadily(text: str, does: re.Pattern[str]) -> bool:
    return any(_STEADILY.search(part) and does.search(part) for part in _SENTENCE.split(text))


def announces_live(url: str, *titles: str) -> bool:
    """Whether an address, or titles that the page itself, a feed or a link gives, speak of live coverage."""
    where = address(url)
    path = [_FILE.sub("", re.sub(r"[_-]+", " ", part).strip()).strip() for part in unquote(where.path).split("/")]
    host = where.hostname or ""
    part, *site = _SUFFIX.sub(".", host).split(".")
    titles = (*titles, part) if len(site) > 1 else titles
    online = host.endswith(_SO_CALLED) and any(map(_PART.search, path))
    return online or any(_LIVE.search(text) for text in (*titles, *path)) or any(map(_LIVE_ADDRESS.search, path))
