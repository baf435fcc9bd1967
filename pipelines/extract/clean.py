"""Taking out of a copied update what is no text: each function removes one kind and notes what it was."""

from __future__ import annotations

import re
from itertools import islice

from . import matchclock, talk
from .appeals import is_appeal
from .article import Article
from .canonical import canonical
from .dom import BLOCKS, HEADINGS, PROSE
from .marks import SILENT
from .people import name_of, signs
from .pieces import Parts
from .places import MORE
from .posts import is_post, place_of
from .source import Node
from .talk import answer_buttons
from .times import shown
from .words import CLOCK_WORDS, TIME_LABELS, words_of

TOOL_MOST = 200  # characters of a share bar, an advertisement, a player with its title
TALK_MOST = 80  # characters of a line of controls
LABEL_MOST = 30
CLOSE = 2  # levels up from a picture
ROWS, CELLS = 3, 2  # of a table of data
BOXES = ("div", "table", "ul", "ol")
INFO_MOST = 120  # characters of the line that holds time, author and badges
_DROPPED = SILENT | {"button", "form", "nav", "aside", "input", "meta", "link", "footer", "dialog"}
_TOOLS = words_of(
    "share shares sharing social tools toolbar ad ads advert advertisement sponsored promo newsletter related "
    "taboola outbrain anzeige werbung publicidad"
)
_SHARING = words_of("share shares sharing social toolbar")
_TALK = words_of("comment comments reactions likes permalink")  # a reader's question is of such a class, too
_LABELS = words_of("label badge kicker tag pill chip eyebrow overline")
_PLAYERS = words_of("video player videoplayer audioplayer")
_DURATION = re.compile(r"(?:[^\W\d_]+: )?(?:(?:\d{1,2}:)?\d{1,2}:\d{2}|(?:\d+ ?[hms](?:in|ec)?\b ?)+)", re.IGNORECASE)
_CAPTIONS = words_of("caption captions cap figcaption credit credits copyright photocredit imagecredit")
_UI = re.compile(
    r"share(?: (?:this|on|via) .{0,30})?|copy link|link kopieren|teilen|partager|compartir|condividi|delen|tweet|"
    r"facebook|twitter|x|whatsapp|telegram|e-?mail|print|save|link|permalink|follow|reply|like|report|"
    r"(?:\d+ )?(?:comments?|kommentare?|commentaires?|comentarios?|commenti)(?: \(?\d+\)?)?|"
    r"(?:give|leave|add|post|write|read|view|show|see|join)(?: a| the| all)?(?: \d+)? "
    r"(?:comments?|conversation|discussion|reply)|kommentieren|kommentar (?:posten|schreiben)|"
    r"(?:laissez|lire|voir) .{0,12}commentaires?|advertisement|anzeige|publicité|publicidad|werbung|"
    r"シェア(?:する)?|共有|コメント(?:する)?(?: ?\(?\d+\)?)?|分享|评论|評論|"
    r"공유|댓글|(?:ال)?مشاركة|شارك|تعليق|نسخ الرابط|"
    r"(?:read|show) more|mehr (?:anzeigen|lesen)|back to top|"
    r"(?:newer|next|latest) (?:updates?|posts?|entries|page)|neuere (?:beiträge|einträge|meldungen)|nächste seite|"
    r"(?:messages|publications|articles) plus récente?s|page suivante|(?:entradas|noticias) más recientes|siguiente|"
    r"(?:più|post più) recenti|postagens mais recentes|nieuwere berichten|nyere (?:innlegg|indlæg)|nyare inlägg|"
    r"(?:perma|direkt)link|link (?:zum (?:eintrag|beitrag)|to (?:this )?(?:post|update))|report (?:an )?error|"
    r"fehler melden|(?:lenke|länk) till? (?:meldingen|innlegget|inlägget)|lien vers (?:ce|le) (?:post|message)|"
    r"enlace a (?:esta|la) (?:entrada|publicación)|link al (?:post|messaggio)|"
    r"advertentie|pubblicità|publicidade|anunț|διαφημιση|বিজ্ঞাপন|annons|annonse|annonce|reklama?|mainos|hirdetés|inzerce|oglas|реклама|広告|廣告|广告|광고|إعلان|विज्ञापन|"
    r"iklan|quảng cáo|โฆษณา|פרסומת|διαφήμιση|"
    r"(?:copia[r]?|copier|kopieer|kopiera|kopier|kopiuj|kopírovat) (?:le |el |o |il )?"
    r"(?:link|lien|enlace|länk|lenke|odkaz)|"
    r"(?:link|lien|enlace|länk|lenke|odkaz|hivatkozás|bağlantı) (?:copied|kopiert|copié|copiado|copiato|gekopieerd|"
    r"kopierad|kopieret|kopioitu|skopiowany|zkopírován|másolva|kopyalandı)!?|(?:ссылка|посилання) скопирован[ао]|"
    r"dela|jaa|udostępnij|sdílet|megosztás|paylaş|поделиться|поширити|(?:com)?partilh(?:ar|e)|bagikan|chia sẻ|แชร์|"
    r"शेयर करें|साझा करें|שתפו|שיתוף|링크 ?복사|リンクをコピー|複製連結|复制链接",
    re.IGNORECASE,
)
_KEY = re.compile(r"key (?:event|moment|point|update)|breaking(?: news)?|important|highlight|wichtig|eilmeldung", re.I)
_PINNED = re.compile(
    r"pinned(?: (?:post|update|entry))?|sticky|(?:oben )?ange(?:pinnt|heftet)|épinglée?|fijad[oa]|in evidenza|fissato|"
    r"vastgezet|fastn?ålad|festet|fastgjort|kiinnitetty|przypięt[aey]|připnut[oéý]|a?fixad[oa]|закреплено|закріплено|"
    r"sab[iİ]tlend[iİ]|固定|ピン留め|고정|置[顶頂]|مثب\u0651?تة?|נעוץ|disematkan|đã ghim|καρφιτσωμένο|kitűzve|fixat",
    re.I,
)
_SHARES = re.compile(  # where networks take what is shared
    r"facebook\.com/(?:sharer|dialog/|share)|(?:twitter|x)\.com/(?:intent|share)|//wa\.me/|whatsapp\.com/send|"
    r"//(?:t|telegram)\.me/share|linkedin\.com/(?:share|shareArticle)|pinterest\.[a-z.]+/pin/create|reddit\.com/submit|"
    r"bsky\.app/intent|vk\.com/share|line\.me/(?:R/)?(?:msg|share|lineit)|^(?:mailto:\?|whatsapp:|viber:|sms:\?)"
)
_ANCHORS = words_of("# ¶ § ∞ 🔗 ⚓ →")  # what stands for an update's own address
_IN_ZONE = re.compile(
    r"\(?(?:(?:بتوقيت|حسب توقيت) [^\d.,:;!?]+|"
    r"(?:hora|heure|ora) (?:local[ei]?|(?:de|di|d['’]) ?[A-ZÁÉÍÓÚ][^\d.,:;!?]+)|"
    r"local time|ortszeit|heure locale|waktu (?:setempat|[A-Z]\w+)|по \w+ времени|за \w+ часом)\)?"
)
_PAGED = re.compile(r"\d{1,3} ?/ ?\d{1,3}")  # pictures of a gallery
_COUNTERS = words_of("counter counters pagination pager")
_BETWEEN = re.compile(r"\s*[·|•,–—]\s*")
_DIGIT = re.compile(r"\d")
_NUMBER_AND_WORD = re.compile(r"\d.*[^\W\d_]|[^\W\d_].*\d")


def drop(article: Article, parts: Parts) -> None:
    folded = _folded(article)
    for node in article.nodes():
        if not isinstance(node.tag, str):
            article.remove(node)
        elif node.tag in _DROPPED or node.get("hidden") is not None or _is_unseen(node):
            if node in folded:
                continue
            parts.media.extend(_sources(node) if node.tag == "iframe" else ())
            if node is not article.root and (node.tag in SILENT or not article.holds_most(node)):
                article.remove(node)


def _folded(article: Article) -> set[Node]:
    """What opens by a click on the line above it is not seen yet, and is what that has to say."""
    openers = [n for n in article.nodes("div", "a", "h2", "h3", "h4", "button") if n.get("aria-expanded") == "false"]
    named = {n.get("aria-controls") for n in openers} - {None}
    folded = {n for n in article.nodes() if n.get("id") in named} if named else set()
    for opener in openers:
        line = opener if opener.getnext() is not None or opener.getparent() is article.root else opener.getparent()
        folded.add(line.getnext())
    return folded - {None}


def _is_unseen(node: Node) -> bool:
    style = node.get("style")
    return bool(style) and "display:none" in style.replace(" ", "").lower()


def embeds(article: Article, parts: Parts) -> None:
    """Posts embedded by their platform's own code: where they stand is kept, their words are not the update's."""
    for node in article.nodes("blockquote", "div"):
        if article.holds(node) and is_post(node):
            parts.media.extend(place_of(node))
            article.remove(node)


def pictures(article: Article, parts: Parts) -> None:
    framed = _frames(article)
    for node in article.nodes("figure", "center", "picture", "video", "audio", "img", "figcaption"):
        if not article.holds(node) or (node.tag == "center" and not _is_picture(article, node)):
            continue
        if node.tag == "figure" and _is_quotation(node):
            continue  # its caption says who said so
        for item in node.iter("img", "source", "video", "audio"):
            parts.media.extend(_sources(item))
        if node.tag in ("figure", "center", "figcaption"):
            captions = [node] if node.tag == "figcaption" else [*node.iter("figcaption")]
            parts.captions.extend(article.said(c) for c in captions or [node])
        article.remove(node)
    for node, names in article.names.items():
        caption = not _CAPTIONS.isdisjoint(names) or node.get("itemprop") == "caption"
        player = not _PLAYERS.isdisjoint(names)
        if not (caption or player) or not article.holds(node):
            continue
        if article.holds_most(node) and not _is_framed(node, framed):
            continue
        if (caption and not article.amid_text(node)) or (player and _is_player(article, node)):
            parts.captions.append(article.said(node))
            article.remove(node)


def _is_picture(article: Article, box: Node) -> bool:
    """A picture in the middle, and a line below it."""
    shows = next(box.iter("img"), None) is not None and next(box.iterdescendants(*PROSE, *BOXES), None) is None
    return shows and len(article.said(box)) < TOOL_MOST and not article.holds_most(box)


def _frames(article: Article) -> set[Node]:
    """The boxes of a picture and what is said of it: all that there is in some updates."""
    shows = article.nodes("img", "picture", "video")
    return {box for node in shows for box in islice(node.iterancestors(), CLOSE) if box is not article.root}


def _is_framed(node: Node, framed: set[Node]) -> bool:
    """Not where the text of a card is called its caption."""
    return node.getparent() in framed and next(node.iter(*PROSE), None) is None


def _is_quotation(figure: Node) -> bool:
    """Not a post of somebody's that is embedded, which has a link to where it stands."""
    shows = next(figure.iter("img", "picture", "video", "audio", "iframe", "svg", "canvas", "object"), None)
    embedded = any((a.get("href") or "").startswith(("http://", "https://")) for a in figure.iter("a"))
    return shows is None and not embedded and next(figure.iter("blockquote", "table", "pre"), None) is not None


def _is_player(article: Article, node: Node) -> bool:
    """No text but a title, which is no heading, and a duration."""
    if node.tag in PROSE or next(node.iter(*PROSE), None) is not None or len(article.said(node)) >= TOOL_MOST:
        return False
    return any(_DURATION.fullmatch(article.said(item)) for item in node.iter() if not len(item))


def _sources(node: Node) -> list[str]:
    source = node.get("src") or node.get("data-src") or (node.get("srcset") or "").split(" ")[0]
    return [source] if source and not source.startswith("data:") else []


def comments(article: Article, parts: Parts) -> None:
    """What readers say below the update: parts that hold a button for replies, and a time that is not the update's."""
    buttons = list(answer_buttons(article.root))
    if not buttons:
        return
    timed = [node for node in article.nodes() if _is_time(article, node)]
    for part in talk.comments(article.root, timed, buttons)[0]:
        if article.holds(part):
            article.remove(part)


def info(article: Article, parts: Parts) -> None:
    """The line with the time often holds the author and badges too: take what we understand, leave the rest."""
    for node in [n for n in article.nodes() if _is_time(article, n)]:
        line = _info_line(article, node)
        for item in [] if line is None else list(line.iter()):
            text = article.said(item)
            if len(item) or not text or _is_time(article, item):
                continue
            if _KEY.fullmatch(text):
                parts.key_event = True
            elif _PINNED.fullmatch(text):
                parts.pinned = True
            elif (name := name_of(text)) and (name.casefold() != name or signs(article, item)):
                parts.authors.append(name)  # in a script without capitals any two words look like a name
            else:
                continue
            article.silence(item)


def _info_line(article: Article, node: Node) -> Node | None:
    """The largest element around a time that is short and holds no prose or headline."""
    line = None
    for ancestor in node.iterancestors():
        if ancestor is article.root or (ancestor.tag in PROSE and ancestor.tag != "p"):
            break
        length = len(article.said(ancestor))
        rest = len(article.said(article.root)) - length
        if length > INFO_MOST or rest < 10 or next(ancestor.iterdescendants(*PROSE), None) is not None:
            break
        line = ancestor
    return line


def _is_time(article: Article, node: Node) -> bool:
    if node.tag == "time":
        return True
    text = article.said(node) if not len(node) else ""
    return bool(text) and shown(text) is not None


def controls(article: Article, parts: Parts, *, by_name: bool) -> None:
    """Share buttons, counters, comment prompts, ads, badges: by class, by what they say, or by where they lead."""
    for node in article.nodes():
        if not article.holds(node):
            continue
        text = article.said(node)
        tool = _is_tool(article, node, text)
        if tool and (_is_all_links(article, node, text) or (by_name and not article.holds_most(node))):
            article.remove(_field_of(article, node))
        elif 0 < len(text) <= 40:
            _control(article, node, text, parts)
    for link in reversed(article.nodes("a")):
        if article.holds(link) and _leads_here(article, link, article.said(link)):
            article.remove(link)


def _field_of(article: Article, node: Node) -> Node:
    """With a label goes what it is the label of, in a box of the two: "Lines: 4, 9". What is longer tells something."""
    box, value = node.getparent(), node.getnext()
    if "label" not in article.names.get(node, frozenset()) or value is None or len(box) != 2 or box is article.root:
        return node
    short = len(article.said(value)) <= LABEL_MOST and next(box.iter(*PROSE), None) is None
    return box if short and not article.amid_text(box) and not article.holds_most(box) else node


def _is_all_links(article: Article, node: Node, text: str) -> bool:
    """A word or two, in links: the tool itself, and all that stands there."""
    if _PAGED.fullmatch(text):
        return True
    linked = sum(len(article.said(a)) for a in node.iter("a")) >= len(text)
    return 0 < len(text) <= LABEL_MOST and linked and not _SHARING.isdisjoint(article.names.get(node, frozenset()))


def _is_tool(article: Article, node: Node, text: str) -> bool:
    names = article.names.get(node, frozenset())
    if not _COUNTERS.isdisjoint(names) and _PAGED.fullmatch(text):
        return True
    if not _TOOLS.isdisjoint(names):
        return len(text) < TOOL_MOST or node.tag == "aside"
    if not _TALK.isdisjoint(names):
        quotes = next(node.iter("blockquote"), None) is not None  # a question that is answered
        return len(text) < TALK_MOST and node.tag not in PROSE and not quotes
    if _LABELS.isdisjoint(names) or len(text) > LABEL_MOST or node.tag in PROSE or len(node):
        return False
    if "hidden" in names:
        return False  # the label is; this is what it is of
    if any(article.said(holder) == text for holder in node.iterancestors(*HEADINGS)):
        return False  # "field--label-hidden" is what a template calls a headline
    behind = node.getnext()
    return not article.amid_text(node) and (behind is None or behind.tag in BLOCKS)


def _control(article: Article, node: Node, text: str, parts: Parts) -> None:
    key = node.tag not in HEADINGS and _KEY.fullmatch(text)
    pinned = _PINNED.fullmatch(text) or _is_pinned_with_time(text)
    control = _UI.fullmatch(text) or (MORE.match(text) and _is_link(article, node))
    if (control or key or pinned) and not article.in_prose(node):
        parts.key_event = parts.key_event or bool(key and not control)
        parts.pinned = parts.pinned or bool(pinned and not control and not key)
        article.remove(node)


def _is_pinned_with_time(text: str) -> bool:
    """ "Pinned · 5 min ago"."""
    parts = _BETWEEN.split(text)
    pinned = [part for part in parts if _PINNED.fullmatch(part)]
    return bool(pinned) and all(part in pinned or shown(part) for part in parts)


def _leads_here(article: Article, node: Node, text: str) -> bool:
    """A link to nothing but a place of this page, or to nothing, with a word or two, at the end: the update's own
    address, a button for a script. One that hands the page on to a network is one wherever it stands."""
    href = node.get("href") or ""
    if not 0 < len(text) <= LABEL_MOST:
        return False
    if text in _ANCHORS:
        return not article.in_prose(node)
    if _SHARES.search(href):
        return not article.amid_text(node)
    if href and not href.startswith(("#", "?", "javascript:")):
        return False
    listed = any(holder.tag in HEADINGS or holder.tag == "li" for holder in node.iterancestors())
    return not listed and not article.amid_text(node) and article.said(article.root).endswith(text)


def appeals(article: Article) -> None:
    """Boxes that ask to be followed elsewhere."""
    for node in article.nodes("div", "aside", "section"):
        if article.holds(node) and is_appeal(node) and not article.holds_most(node):
            article.remove(node)


def _is_link(article: Article, node: Node) -> bool:
    return node.tag == "a" or any(article.said(a) == article.said(node) for a in node.iter("a"))


def times(article: Article) -> None:
    """Times and what ticks, but not a clock in the middle of a sentence, nor what a table tells."""
    tables = list(filter(is_data, article.nodes("table")))
    told = {part for table in tables for part in (*table.iter(), *table.iterancestors())}
    for node in article.nodes():
        text = article.said(node) if article.holds(node) and node not in told else ""
        if not text or len(text) > 60:
            continue
        printed = shown(text) or matchclock.alone(text)
        timely = node.tag == "time" or printed is not None or _is_counter(text) or _is_label(text) or _is_zone(text)
        if timely and (not article.in_prose(node) or _opens(article, node)):
            article.timed.add(node.getparent())
            article.remove(node)


def _is_label(text: str) -> bool:
    """ "Published at", left alone when its time is taken away."""
    words = text.casefold().strip(" :").split()
    return len(words) <= 3 and set(words) <= TIME_LABELS | CLOCK_WORDS and not TIME_LABELS.isdisjoint(words)


def is_data(table: Node) -> bool:
    """Several rows of several cells: "14 h | 33.8 %"."""
    return sum(len(row) >= CELLS for row in table.iter("tr")) >= ROWS


def _is_zone(text: str) -> bool:
    """ "Amman time", beside a clock."""
    return len(text) <= LABEL_MOST and _IN_ZONE.fullmatch(text) is not None


def _is_counter(text: str) -> bool:
    counts = _DIGIT.search(text) is not None and _NUMBER_AND_WORD.search(text) is not None
    return counts and not canonical(text)  # a bare number may be a result


def _opens(article: Article, node: Node) -> bool:
    """A clock or an age at the edge of a headline or paragraph, outside its sentence."""
    block = article.paragraph(node)
    whole, text = article.said(block) if block is not None else "", article.said(node)
    return node.tag in ("time", "small") and (whole.startswith(text) or whole.endswith(text))
