"""The words that pages put around news: relative times, labels, counters, months and zones, by language.

Kept in one place because the reader of times, the cutter of text and the masker of hashes must agree on them.
All entries are casefolded.
"""

from __future__ import annotations

import re
from datetime import timedelta


def words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


def spoken(text: str) -> frozenset[str]:
    """Words to which casefolded ones are held: the last sigma of one is another letter then."""
    return words_of(text.casefold())


_UNIT_WORDS = {
    "seconds": "secunde s sec secs second seconds sekunde sekunden sek seconde secondes segundo segundos secondo "
    "secondi sekund sekunder секунд секунды секунду saniye δευτερόλεπτα detik",
    "minutes": "m min mins minute minutes minuten minuto minutos minuti minut minuta minuty minutter minuter "
    "мин минут минуты минуту хв хвилин хвилини хвилину dk dakika λεπτά "
    "λεπτό menit",
    "hours": "oră h hr hrs hour hours std stunde stunden heure heures hora horas ora ore uur uren godzina "
    "godziny godzin time timer timme timmar час часа часов годин години годину sa saat ώρα ώρες jam",
    "days": "zi zile d day days tag tage tagen jour jours día días dia dias giorno giorni dag dagen dager dni "
    "день дня дней дні днів gün ημέρα ημέρες hari",
    "weeks": "w wk week weeks woche wochen semaine semaines semana semanas settimana settimane weken "
    "неделю недели недель тиждень hafta minggu",
}
UNITS = {word: unit for unit, words in _UNIT_WORDS.items() for word in words.split()}
_ONE = words_of("a an one ein eine einer einem un une una uno um uma een")
_AGO_AFTER = words_of("ago fa geleden temu atrás sedan siden назад тому önce lalu")
_AGO_BEFORE = ("vor", "acum", "în urmă cu", "il y a", "hace", "há", "przed", "πριν από", "πριν")
_NOW = (
    "just now", "moments ago", "gerade eben", "soeben", "à l'instant", "ahora mismo", "agora mesmo",
    "poco fa", "zojuist", "nu net", "hace un momento", "hace instantes", "hace unos instantes", "il y a un instant",
    "à l’instant", "przed chwilą", "akkurat nå", "nettopp", "just nu", "lige nu", "há instantes", "há pouco", "az önce",
    "только что", "щойно", "baru saja", "vừa xong",
)  # fmt: skip

MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "jan january januar janvier enero gennaio januari janeiro gen ene stycznia sty января січня ocak "
            "ιανουαρίου "
            "january januára ledna ianuarie gener tammikuuta oca січ янв ιαν ιανουάριος",
            "feb february februar février febrero febbraio februari fevereiro lutego lut февраля лютого şubat "
            "φεβρουαρίου fev fév févr února februára februarie febrer február helmikuuta şub лют фев февр φεβ "
            "φεβρουάριος",
            "mar march märz mars marzo maart março marca марта березня mart μαρτίου maret březen března marec martie "
            "març március maaliskuuta бер берез мар март μαρ μάρτιος marts",
            "apr april avril abril aprile abr kwietnia kwi апреля квітня nisan απριλίου avr dubna apríla "
            "aprilie április "
            "huhtikuuta nis квіт апр απρ απρίλιος",
            "may mai mayo maggio mei maio mag maja maj мая травня mayıs μαΐου května mája maig május toukokuuta "
            "трав май "
            "μαΐ μαι μάιος",
            "jun june juni juin junio giugno junho giu czerwca cze июня червня haziran ιουνίου června júna iunie juny "
            "június kesäkuuta haz черв июн ιουν ιούνιος",
            "jul july juli juillet julio luglio julho lug lipca lip июля липня temmuz ιουλίου července júla "
            "iulie juliol "
            "július heinäkuuta tem лип июл ιουλ ιούλιος juil",
            "aug august août agosto augustus augusti ago sierpnia sie августа серпня ağustos αυγούστου srpna augusta "
            "agost augusztus elokuuta ağu серп авг αυγ αύγουστος agustus agu",
            "sep sept september septembre septiembre settembre setembro set września wrz "
            "сентября вересня eylül σεπτεμβρίου září septembra septembrie setembre szeptember syyskuuta eyl вер верес "
            "сен сент σεπ σεπτ σεπτέμβριος",
            "oct october oktober octobre octubre ottobre outubro okt ott października paź октября жовтня ekim "
            "οκτωβρίου "
            "října októbra octombrie október lokakuuta eki жовт окт οκτ οκτώβριος out",
            "nov november novembre noviembre novembro listopada lis ноября листопада kasım νοεμβρίου listopadu "
            "novembra noiembrie marraskuuta kas лист ноя нояб νοε νοέμβριος",
            "dec december dezember décembre diciembre dicembre dezembro dez dic grudnia gru "
            "декабря грудня aralık δεκεμβρίου prosince decembra decembrie desembre desember joulukuuta ara груд "
            "дек δεκ "
            "δεκέμβριος des déc",
        ),
        start=1,
    )
    for word in words.casefold().split()
}
WEEKDAYS = spoken(
    "mo di mi do fr sa so ma ti ke to pe la su lu me je ve "
    "mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday montag dienstag "
    "mittwoch donnerstag freitag samstag sonnabend sonntag lundi mardi mercredi jeudi vendredi samedi "
    "dimanche lunes martes miércoles jueves viernes sábado domingo lunedì martedì mercoledì giovedì venerdì "
    "sabato domenica maandag dinsdag woensdag donderdag vrijdag zaterdag zondag "
    "poniedziałek wtorek środa czwartek piątek sobota niedziela pondělí úterý středa čtvrtek pátek neděle "
    "måndag tisdag onsdag torsdag fredag lördag söndag mandag tirsdag lørdag søndag "
    "maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai hétfő kedd szerda csütörtök péntek szombat "
    "vasárnap senin selasa rabu kamis jumat sabtu minggu segunda terça quarta quinta sexta feira "
    "pazartesi salı çarşamba perşembe cuma cumartesi pazar понедельник вторник среда четверг пятница суббота "
    "воскресенье понеділок вівторок середа п'ятниця субота неділя δευτέρα τρίτη τετάρτη πέμπτη παρασκευή "
    "σάββατο κυριακή luni marți miercuri joi vineri sâmbătă duminică tues weds thur thurs "
)
# By their whole names, Monday first: what two or three letters mean differs from language to language.
WEEKDAY = {
    name: number
    for names in (
        "monday tuesday wednesday thursday friday saturday sunday",
        "montag dienstag mittwoch donnerstag freitag samstag sonntag",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "lunes martes miércoles jueves viernes sábado domingo",
        "lunedì martedì mercoledì giovedì venerdì sabato domenica",
        "segunda terça quarta quinta sexta sábado domingo",
        "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
        "måndag tisdag onsdag torsdag fredag lördag söndag",
        "mandag tirsdag onsdag torsdag fredag lørdag søndag",
        "maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai",
        "poniedziałek wtorek środa czwartek piątek sobota niedziela",
        "pondělí úterý středa čtvrtek pátek sobota neděle",
        "hétfő kedd szerda csütörtök péntek szombat vasárnap",
        "luni marți miercuri joi vineri sâmbătă duminică",
        "pazartesi salı çarşamba perşembe cuma cumartesi pazar",
        "понедельник вторник среда четверг пятница суббота воскресенье",
        "понеділок вівторок середа четвер п'ятниця субота неділя",
        "δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή",
        "senin selasa rabu kamis jumat sabtu minggu",
        "mon tue wed thu fri sat sun",
        "mon tues wed thur fri sat sun",
        "mon tue wed thurs fri sonnabend sun",
    )
    for number, name in enumerate(names.casefold().split())
}
ZONES = spoken(
    "utc gmt bst cet cest est edt cst cdt mst mdt pst pdt et ct pt ist msk mez mesz wib wita wit jst kst aest aedt "
    "eet eest wet west hst akst akdt brt art sast eat cat wat pkt hkt sgt ict npt z "
    "hne hae hnc hac hnp hap hna haa"
)
CLOCK_WORDS = spoken(
    "am pm uhr h hrs alle ore às klo kl om heures uur um at à le den of on "
    "de del da do di el la las los il der vom w dnia "
    "godz godzina godzinie hod hodin kl kell kello ob u saa ora orele lúc giờ ngày tháng năm pukul jam saat óra órakor "
    "klokken klockan sati sata uri horas στη мск часа часов год bere heure hora uhrzeit orario čas vrijeme vreme время "
    "час waktu o о об в на г года р року r roku ώρα στις hs hrs ч"
)
TIME_LABELS = spoken(
    "updated update last modified published posted first time date stand aktualisiert zuletzt veröffentlicht "
    "publié mis jour maj actualizado publicado aggiornato pubblicato bijgewerkt atualizado today yesterday "
    "heute gestern live now vandaag gisteren idag igår i dag går dziś wczoraj dnes včera ma tegnap danes včeraj danas "
    "hoy ayer hoje ontem oggi ieri aujourd'hui hier tänään eilen azi "
    "julkaistu päivitetty publicerad publicerat uppdaterad uppdaterat publisert oppdatert udgivet opdateret "
    "opublikowano zaktualizowano aktualizacja publikováno zveřejněno publikované gepubliceerd geplaatst publicat "
    "actualizat megjelent frissítve objavljeno ažurirano δημοσιεύτηκε yayınlandı yayınlanma diterbitkan diperbarui "
    "опубліковано "
    "обновлено опубликовано сегодня вчера оновлено güncellendi güncelleme bugün ενημέρωση "
    "letzte letzter änderung geändert dernière modification ultima modifica última modificación modificado modificato "
    "laatst laatste gewijzigd wijziging senast ändrad sist endret sidst ændret ostatnia zmiana poslední změna zmena "
    "màj agg actualización actualizacion aggiornamento atualização aktualisierung actualisation uppdatering "
    "oppdatering opdatering päivitys aktualizace aktualizácia frissítés actualizare обновление оновлення pembaruan "
    "último última "
    "последнее последняя изменение последна промяна зміна edited avaldatud muudetud uuendatud"
)
# What begins the line above an update: the kind of message that it is.
NOTICES = spoken(
    "update updates bulletin message meldung mitteilung nachricht aktualisierung nachtrag bericht communiqué "
    "flash actualisation actualización actualizacion comunicado aviso aggiornamento comunicato "
    "atualização boletim melding bijwerking uppdatering oppdatering opdatering meddelelse meddelande "
    "päivitys tiedote aktualizacja komunikat wiadomość aktualizace aktualizácia aktualita zpráva správa hlášení "
    "frissítés közlemény actualizare anunț ažuriranje obavijest posodobitev obvestilo "
    "актуализация съобщение обновление сообщение оновлення повідомлення ажурирање обавештење известие "
    "güncelleme duyuru bildirim ενημέρωση ανακοίνωση pembaruan pengumuman perkembangan kemaskini "
    "uuendus teade atjauninājums atnaujinimas pranešimas përditësim njoftim uppfærsla "
)
COUNTED = spoken(
    "comment comments share shares like likes view views viewer viewers reader readers reading reaction "
    "reactions reply replies retweet retweets upvotes votes follower followers watching online new "
    "kommentar kommentare kommentaren aufrufe leser antworten commentaire commentaires partages vues "
    "comentario comentarios visitas lecturas commenti condivisioni reacties comentários"
)

_number = r"\d{1,3}"
_unit = "(?:" + "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True)) + r")\b\.?"
_count = rf"(?:{_number}\s*|(?:{'|'.join(sorted(_ONE))})\s+)"
_span = rf"{_count}{_unit}(?:\s*(?:,|and|und|et|y|e)?\s*{_number}\s*{_unit})?"
RELATIVE = re.compile(
    rf"(?:(?:about|over|ca\.?|fast)\s+)?(?:"
    rf"(?P<after>{_span})\s+(?:{'|'.join(sorted(_AGO_AFTER))})\b"
    rf"|\b(?:{'|'.join(_AGO_BEFORE)})\s+(?P<before>{_span})"
    rf"|\b(?P<now>{'|'.join(map(re.escape, _NOW))})\b)",
    re.IGNORECASE,
)
_HINTS = sorted({*_AGO_AFTER, *_AGO_BEFORE, *_NOW})
_HINTS_AGE = re.compile(rf"\b(?:{'|'.join(_HINTS)})\b", re.IGNORECASE)
_BARE_SPAN = re.compile(rf"\s*(?P<bare>{_number}\s*(?:s|secs?|m|mins?|h|hrs?|d))\s*", re.IGNORECASE)
_PART = re.compile(rf"({_number}|\b(?:{'|'.join(sorted(_ONE))})(?=\s))\s*([^\W\d_]+)")


def hints_age(text: str) -> bool:
    """A cheap look before the full pattern: most lines of a page hold no age."""
    low = text.lower()
    return any(map(low.__contains__, _HINTS)) and _HINTS_AGE.search(text) is not None


def relative(text: str) -> tuple[timedelta, str] | None:
    """The age a short text states, and its finest unit: "4 min ago" -> (4 min, "minutes").

    None if it says anything else: "Bridge shut 4 min ago" is a headline.
    """
    found = RELATIVE.search(text) if hints_age(text) else None
    if found and not _is_label(text[: found.start()] + " " + text[found.end() :]):
        return None
    if found and found["now"]:
        return timedelta(), "minutes"
    if found:
        return _age(found["after"] or found["before"])
    bare = _BARE_SPAN.fullmatch(text)
    return _age(bare["bare"]) if bare else None


def _is_label(text: str) -> bool:
    return all(w in TIME_LABELS or w in CLOCK_WORDS for w in re.findall(r"[^\W\d_]+", text.casefold()))


def _age(span: str) -> tuple[timedelta, str] | None:
    age, finest = timedelta(), None
    for number, word in _PART.findall(span.casefold()):
        unit = UNITS.get(word)
        if unit is None:
            continue
        age += timedelta(**{unit: int(number) if number.isdigit() else 1})
        finest = unit
    return (age, finest) if finest else None
