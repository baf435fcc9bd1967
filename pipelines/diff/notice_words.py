"""The words of correction notices in English, German, French, Spanish, Italian, Polish, Portuguese and Dutch.

Each is a piece of a regular expression over casefolded text. A list holds all languages: a page may quote another
one, and ``lang`` attributes lie. Ambiguous words stand where only the form of a notice gives them weight.
"""

# ruff: noqa: E501  lists of words
from __future__ import annotations

from ..extract.words import words_of


def _any(*lists: str) -> str:
    return "(?:" + "|".join(word.strip() for words in lists for word in words.split("|")) + ")"


# A word that opens a notice, before a colon, a dash or a full stop: "Correction:", "Erratum."
LABEL = _any(
    "corrections?|clarifications?|corrigendum|errat(?:um|a)|retraction",
    "korrektur(?:hinweis)?|berichtigung|richtigstellung|klarstellung|transparenzhinweis|in eigener sache",
    "rectificatif|rectification|précisions?|mise au point",
    "correcci[óo]n(?:es)?|fe de err(?:atas|ores)|aclaraci[óo]n|rectificaci[óo]n|precisi[óo]n",
    "errata corrige|correzione|precisazione|rettifica|chiarimento",
    "sprostowanie|korekta|wyjaśnienie|poprawka|uściślenie",
    "corre[cç]?ção|err[áa]mos|esclarecimento|re(?:c)?tificação",
    "correctie|rectificatie|verduidelijking|aanvulling|rechtzetting",
)
# Whose note it is: not yet what it says.
NOTE = _any(
    r"editor['’]?s['’]? note|editors['’]? note|note to readers",
    "anmerkung der redaktion|anm\\. d\\. red\\.?|hinweis der redaktion|hinweis|die redaktion",
    "note de la rédaction|ndlr|nota de la redacci[óo]n|nota del editor|nota della redazione|ndr",
    "od redakcji|nota da reda[cç]?ção|nota do editor|noot van de redactie|redactie",
)
# The text that is spoken of: "this post"; in Polish and Dutch often without the pronoun.
SELF = _any(
    r"this (?:\w+ )?(?:post|article|story|entry|update|item|headline|report|page|blog|paragraph|piece|caption|text)",
    "(?:the|an?) (?:earlier|previous|original) headline|the headline (?:of|on|to) this",
    "dies(?:er|e|es|em|en) (?:beitrags?|artikels?|eintrags?|text(?:es)?|meldung|berichts?|absatz|post|updates?|version)",
    "(?:an|in) dieser stelle|in der überschrift|im (?:beitrag|artikel|text|eintrag)",
    "ce(?:t|tte)? (?:article|message|texte|billet|paragraphe|titre|post|publication|note|entrée|dépêche)",
    "est[ea] (?:art[íi]culo|entrada|noticia|texto|nota|titular|p[áa]rrafo|informaci[óo]n|publicaci[óo]n)",
    "quest['’ oa]\\s?(?:articolo|post|testo|notizia|titolo|nota|paragrafo|aggiornamento)",
    "(?:t[ey](?:n|go|m|j) )?(?:wpis(?:u|ie)?|artykuł(?:u|u?le)?|tekst(?:u|cie)?|nagłówek|nagłówku|tytuł(?:e|u)?)",
    "est[ea] (?:artigo|reportagem|not[íi]cia|t[íi]tulo|publica[cç]ão|mat[ée]ria)",
    "di?t (?:bericht|artikel|stuk|verhaal|item)|deze (?:tekst|kop|alinea|update|post|pagina)",
)
# The same without a "this": only where a sentence begins with it, and only with what is done to no law.
THE_TEXT = _any(
    "the (?:article|post|story|entry|update|headline|caption)|der (?:artikel|beitrag|eintrag|text)|die (?:meldung|überschrift)",
    "l['’]article|le (?:billet|texte|titre)|el (?:art[íi]culo|texto|titular)|la noticia|l['’]articolo|il (?:testo|titolo)|la notizia",
    "artykuł|wpis|tekst|o (?:artigo|texto|t[íi]tulo)|a not[íi]cia|het (?:artikel|bericht)|de (?:tekst|kop)",
)
CORRECTED = _any(
    "corrected|korrigiert|berichtigt|corrigée?|corregid[oa]|corrett[oa]|poprawion[yae]|corrigid[oa]|gecorrigeerd",
)
# A part of a text; the newsroom changes it, others do not speak of it.
PART = _any(
    "the (?:headline|title|caption|text|wording)|(?:den|die) (?:titel|überschrift|bildunterschrift|formulierung)",
    "le (?:titre|texte)|la légende|el (?:titular|t[íi]tulo|texto)|il (?:titolo|testo)|la didascalia",
    "tytuł|nagłówek|podpis pod zdjęciem|o (?:t[íi]tulo|texto)|a legenda|de (?:kop|tekst|titel)|het bijschrift",
)
# The newsroom speaks of itself: "we have", or in one word.
WE = _any(
    r"we(?:['’]ve| have| had)?(?: now| since)?|haben wir|wir haben|wir hatten",
    "nous avons|nous avions|hemos|hab[íi]amos|abbiamo|avevamo",
    "temos|we hebben|wij hebben|hebben we|hebben wij",
)
# What was done to the text ...
MENDED = _any(
    "corrected|amended|clarified|rectified|retracted",
    "korrigiert|berichtigt|richtiggestellt|präzisiert|klargestellt|nachträglich (?:geändert|ergänzt|angepasst)",
    "corrigée?s?|rectifiée?s?|précisée?s?|corregid[oa]s?|rectificad[oa]s?|aclarad[oa]s?",
    "corrett[oaie]|rettificat[oaie]|precisat[oaie]|poprawion[yaeo]|sprostowan[yaeo]|skorygowan[yaeo]",
    "corrigid[oa]s?|re(?:c)?tificad[oa]s?|esclarecid[oa]s?|gecorrigeerd|gerectificeerd|verduidelijkt|verbeterd",
)
# ... said of a text it is a mending, said of a law or a price it is news
CHANGED = _any(
    "changed|edited|revised|updated|modified|removed|geändert|angepasst|überarbeitet|ergänzt|entfernt",
    "modifiée?s?|retirée?s?|modificad[oa]s?|eliminad[oa]s?|cambiad[oa]s?|modificat[oaie]|cambiat[oaie]|rimoss[oaie]",
    "zmienion[yaeo]|zmodyfikowan[yaeo]|usunięt[yaeo]|alterad[oa]s?|removid[oa]s?|aangepast|gewijzigd|verwijderd",
    "toegevoegd",
)
# "to make clear", "to remove": with a reason even "updated" says what was wrong
PURPOSE = _any(
    "to (?:make clear|clarify|correct|remove|reflect that|fix|give the (?:right|correct)|say that)|because",
    "um .{3,60} zu|weil|pour (?:préciser|corriger|supprimer)|para (?:aclarar|corregir|dar|eliminar|corrigir|remover)",
    "per (?:correggere|precisare|chiarire)|aby|ponieważ|omdat|om .{3,60} te",
)
# One verb that says: we mended it.
WE_MENDED = _any(
    "poprawili[śs]my|sprostowali[śs]my|zmienili[śs]my|skorygowali[śs]my|uściślili[śs]my",
    "corrig[íi]mos|correg[íi]mos|rectificamos|retificamos|alter[áa]mos|modificamos",
)
WRONG = _any(
    "wrong(?:ly)?|incorrect(?:ly)?|mistaken(?:ly)?|erroneous(?:ly)?|in error|by mistake|inaccurate(?:ly)?",
    "misstated|misspelled|misspelt|misidentified|misattributed|misquoted|misreported",
    "falsche?[nrms]?|fehlerhaft\\w*|irrtümlich\\w*|fälschlich\\w*|versehentlich|nicht (?:korrekt|richtig)|stimmte nicht",
    "erronée?s?|par erreur|à tort|fausse(?:ment)?|inexacte?s?|incorrect[oa]s?|err[óo]ne[oa]s?|por error|equivocad[oa]s?",
    "sbagliat[oaie]|per errore|errat[oaie]|erroneamente|błędn\\w+|omyłkow\\w+|przez pomyłkę|nieprawidłow\\w+",
    "errad[oa]s?|por engano|por lapso|por erro|ten onrechte|per abuis|onjuist\\w*|klopte niet|fout(?:ief|ieve)",
    "niet (?:juist|correct)|foutief",
)
# An earlier state of a text; with a verb of saying, or "of this post", it is ours and not a carmaker's.
EARLIER = _any(
    "(?:earlier|previous|prior|first|original|initial) (?:version|edition|headline)s?",
    "(?:früher|vorherig|vorig|erst|älter|ursprünglich)(?:e|en|er) (?:version|fassung)",
    "version (?:précédente|antérieure|initiale)|(?:première|précédente) version",
    "(?:primera|anterior|previa) versi[óo]n|versi[óo]n (?:anterior|previa|inicial)",
    "(?:prima|precedente) versione|versione (?:precedente|iniziale|originaria)",
    "(?:wcześniejsz|poprzedni|pierwotn|pierwsz)\\w+ wersj\\w+",
    "(?:primeira|anterior) versão|versão (?:anterior|inicial|original)",
    "(?:eerdere|vorige|eerste|oorspronkelijke) versie",
)
# ... but not "of the bill", "du projet de loi": that is somebody else's.
OF_OTHERS = (
    r"(?! (?:(?:of (?:the|an?|its|his|her|their)|des|der|du|de la|del|della|do|da|van (?:de|het|een)) |(?:de l|dell)['’])"
    r"(?!article|post|story|entry|update|report|headline|page|blog|text|item|caption|graphic|map|chart|photo|artikel|beitrag|"
    r"eintrag|meldung|bericht|art[íi]culo|noticia|titular|articolo|testo|notizia|titolo|artigo|reportagem|not[íi]cia|stuk|verhaal))"
)
SAID = _any(
    "said|stated|reported|misstated|gave|suggested|claimed|named|referred|had|attributed|described|incorrectly",
    "hieß(?: es)?|stand|war(?:en)? .{0,40}angegeben|wurde|behauptet|geschrieben|nannten",
    "indiquait|disait|affirmait|mentionnait|attribuait|évoquait|était|indiqu[ée]|nous avons écrit",
    "dec[íi]a|indicaba|afirmaba|atribu[íi]a|mencionaba|se\\w* (?:afirmaba|dec[íi]a|indicaba)",
    "si (?:diceva|affermava|leggeva|scriveva)|diceva|riportava|indicava|attribuiva|era",
    "podali[śs]my|podano|napisali[śs]my|napisano|pisali[śs]my|informowali[śs]my|widniał\\w*|brzmiał\\w*",
    "dizia|afirmava|indicava|referia|atribu[íi]a|mencionava|estava|stond|schreven|meldden|vermeldde|ontbrak|werd",
)
# Ways to say "other than we wrote" that need nothing else.
UNLIKE_BEFORE = _any(
    f"{SELF} (?:originally|initially|earlier|first|previously) (?:said|stated|reported|gave|claimed|named)",
    f"{SELF}.* (?:originally|initially|previously) (?:said|stated|read|reported|gave|claimed|named)",
    "(?:earlier|previously|initially|originally),? we (?:said|wrote|reported|stated).*(?:in fact|actually|should have|wrong|incorrect)",
    "ursprünglich hieß es|zunächst hieß es (?:hier|an dieser stelle)|anders als (?:zunächst|zuvor|hier) (?:berichtet|geschrieben|angegeben)",
    "contrairement à ce (?:que nous|qui (?:était|avait été) (?:indiqué|écrit|annoncé) (?:ici|précédemment))",
    "comme nous l['’]avions (?:écrit|indiqué|annoncé)",
    "(?:en contra de|al contrario de|contrariamente a) lo que (?:dec[íi]amos|publicamos|se public[óo]|informamos)",
    "contrariamente a quanto (?:scritto|riportato|pubblicato|affermato|indicato)|come avevamo (?:scritto|riportato)",
    "wbrew temu, co (?:pisali|podali)[śs]my|przepraszamy za (?:ten |nasz )?(?:błąd|pomyłkę)",
    "ao contrário do que (?:foi (?:publicado|escrito|noticiado)|publicámos|publicamos|escrevemos|dissemos)",
    "eerder (?:meldden|schreven|berichtten) (?:we|wij)(?: hier)?|anders dan (?:we|wij|hier) (?:eerder )?(?:meldden|schreven|stond)",
    "zoals (?:we|wij) (?:eerder )?(?:schreven|meldden)",
)
SORRY = _any(
    "we (?:apologi[sz]e|regret|are sorry) (?:for )?(?:the|this|our|any) (?:error|mistake|confusion)|we regret the error",
    "wir (?:bitten|entschuldigen)[^.]{0,40}(?:fehler|versehen)|den fehler (?:bitten wir )?zu entschuldigen",
    "nous (?:nous excusons|présentons nos excuses)[^.]{0,40}erreur|pedimos (?:disculpas|perd[óo]n) (?:a los lectores|por (?:el|este|nuestro) error)",
    "ci scusiamo (?:con i lettori|per l['’]errore)|pedimos desculpa (?:aos leitores|pelo (?:erro|lapso))",
    "onze excuses voor|wij? bieden onze excuses",
)
# Only that something was touched.
UPDATED = _any(
    "(?:last )?updated?|upd|aktualisiert|letzte (?:aktualisierung|änderung)|zuletzt aktualisiert|stand",
    "(?:dernière )?mise? à jour|(?:[úu]ltima )?actualizaci[óo]n|actualizad[oa]|aggiornat[oa]|(?:ultimo )?aggiornamento",
    "(?:ostatnia )?aktualizacja|zaktualizowan[oyae]|(?:[úu]ltima )?atuali[sz]a[cç]ão|atualizad[oa]",
    "bijgewerkt|(?:laatste|laatst) (?:update|bijgewerkt|gewijzigd)|update|modified|last modified",
)
BEEN_UPDATED = _any(
    "(?:has been|was|is) updated|wurde aktualisiert|(?:a été|est) mise? à jour|(?:ha sido|fue) actualizad[oa]",
    "è stat[oa] aggiornat[oa]|został\\w* zaktualizowan\\w+|(?:foi|está) atualizad[oa]|(?:is|werd) bijgewerkt",
)
# A sentence without any of these is none: a look that is fifty times cheaper than all patterns.
STEMS = words_of(
    "correc correç corrig correg corret clarif corrigend errat erro errám erram retract korr korek korig bericht richtig klar transparenz "
    "eigener rectif rettif retific reti préci preci mise acla sprost wyjaś popraw uściś esclar verduid aanvul "
    "recht herstel skoryg gecorr gerect verbeter amend präz nachtr geändert angepasst überarb ergänz entfernt chang "
    "edited revised updat modif remov retir elimin cambi rimoss zmieni zmody usuni alter aangepast gewijz verwijd "
    "toegevoegd version versi versão fassung wersj wrong mistak inaccur misst misspel misid misattr misquot misrep falsch "
    "fehler irrt fälsch versehent stimmt tort fauss inexact equivoc sbagli błęd omył pomył nieprawid errad engano "
    "lapso onrecht errores publicad abuis juist klopt fout headline originally initially earlier first previously ursprünglich zunächst "
    "anders contrair contrar comme come wbrew przeprasz eerder zoals apolog regret sorry entschuld excus disculp perd "
    "scus desculp upd aktual stand änderung jour actual aggiorna atual bijgewerkt note nota noot hinweis redak"
)
