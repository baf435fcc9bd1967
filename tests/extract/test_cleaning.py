"""What stands around the text of an update, and goes into fields of its own."""

from __future__ import annotations

import pytest
from lxml import html

from pipelines.extract.cut import Cut, cut
from pipelines.extract.found import Found

TEXT = "The ferry stays in port until the wind drops below gale force, the harbour office says."


def of(inside: str) -> Cut:
    node = html.fragment_fromstring(f"<div>{inside}</div>")
    return cut(Found(carrier="records", nodes=(node,)), "https://news.example.org/live")


@pytest.mark.parametrize(
    "line",
    [
        '<div class="x7"><img src="/av/f.png" alt=""><span>Ann Reed</span></div>',
        '<div class="x7"><img class="avatar" src="/f.png" alt=""><span>Ann Reed</span><span>Reporter</span></div>',
        '<span class="lb-who">Ann Reed</span>',
        '<div class="signature">Ann Reed</div>',
    ],
)
def test_a_byline(line: str) -> None:
    found = of(f"<time>14:05</time>{line}<p>{TEXT}</p>")

    assert (found.text, found.authors) == (TEXT, ("Ann Reed",))


def test_a_name_behind_a_dash_signs() -> None:
    found = of(f"<p>{TEXT}</p><p><em>— Ann Reed</em></p>")

    assert (found.text, found.authors) == (TEXT, ("Ann Reed",))


def test_a_dash_in_a_sentence_and_a_lone_name_sign_nothing() -> None:
    quoted = of(f"<p>{TEXT}</p><p>— Nobody is hurt, says Ann Reed.</p>")

    assert quoted.text.endswith("— Nobody is hurt, says Ann Reed.")
    assert not quoted.authors
    assert of("<p>— Ann Reed</p>").text == "— Ann Reed"


@pytest.mark.parametrize(
    "title",
    [
        '<span class="post__tag">News</span><h2>Ferries stop</h2>',
        "<strong>Ferries stop</strong>",
        '<div class="row"><div class="title">Ferries stop</div><i></i></div>',
        '<h2><a href="#p1">Ferries stop</a></h2>',
    ],
)
def test_a_headline(title: str) -> None:
    found = of(f"{title}<div><p>{TEXT}</p></div>")

    assert (found.headline, found.text) == ("Ferries stop", TEXT)


@pytest.mark.parametrize(
    "inside", [f"<p><strong>BREAKING</strong> {TEXT}</p>", f"<strong>All sailings</strong> are off. <p>{TEXT}</p>"]
)
def test_bold_words_of_a_sentence_are_no_headline(inside: str) -> None:
    assert of(inside).headline is None


def test_a_quotation_in_a_figure_is_text_and_its_caption_none() -> None:
    figure = "<figure><blockquote>Stay away from the quay.</blockquote><figcaption>Ann Reed</figcaption></figure>"

    found = of(f"<p>{TEXT}</p>{figure}")

    assert found.text == f"{TEXT}\nStay away from the quay."
    assert found.captions == ("Ann Reed",)


def test_a_readers_question_is_text_and_readers_talk_none() -> None:
    question = '<blockquote class="comment-quote"><p>Does the bus still go to the quay?</p></blockquote>'
    said = '<span>Bo</span><time>14:20</time><p>About time, too, say I.</p><a href="#">reply</a>'
    talk = f'<ul><li class="posting">{said}</li></ul>'

    found = of(f"<time>14:05</time>{question}<p>{TEXT}</p>{talk}")

    assert found.text == f"Does the bus still go to the quay?\n{TEXT}"


def test_what_opens_by_a_click_is_text_and_what_is_hidden_else_none() -> None:
    hidden = f'<div style="display:none">{TEXT}</div>'

    assert of(f'<div aria-expanded="false"><div class="title">Ferries stop</div></div>{hidden}').text == TEXT
    other = f"<p>Crews have pumped out thirty-one cellars. {TEXT.replace('ferry', 'mail boat')}</p>"
    assert TEXT not in of(other + hidden).text


def test_the_title_of_a_film_is_a_caption() -> None:
    film = "<span>Waves over the quay</span> <span>Duration: 1m 4s</span>"

    found = of(f'<p>{TEXT}</p><div class="VideoPlayer_x1">{film}</div>')

    assert found.text == TEXT
    assert found.captions == ("Waves over the quay Duration: 1m 4s",)


def test_a_link_to_the_update_itself_is_a_control() -> None:
    assert of(f'<p>{TEXT}</p><p><a href="#p1">この投稿へのリンク</a></p>').text == TEXT


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ('<div>The alert is <span class="badge">red</span> for the coast, the weather service says.</div>', "red"),
        ('<div>See <a href="#p4">the 13:40 entry</a> for what the office said before.</div>', "the 13:40 entry"),
        (f'<p>{TEXT}</p><ul><li><a href="#a">What we know</a></li></ul>', "What we know"),
        (f'<span class="label">Gold</span> <span>for Kim.</span><p>{TEXT}</p>', "Gold"),
        ('<p><span class="drop-cap">T</span>he ferry stays in port until the wind drops.</p>', "The ferry"),
        (f'<p><b class="who">Ann Reed:</b> {TEXT}</p>', "Ann Reed:"),
        (f'<p>{TEXT}</p><div class="who-said">The WHO says measles is back.</div>', "The WHO says"),
        (f'<p>{TEXT}</p><ul><li class="player">Kim 8/10</li></ul>', "Kim 8/10"),
        (f'<p>{TEXT}</p><div class="video"><p>The mayor says so, too.</p></div>', "The mayor says so"),
        (f"<span>By The Numbers</span><p>{TEXT}</p>", "By The Numbers"),
        (f'<div><img src="/flag.png"><span>New Zealand</span></div><p>{TEXT}</p>', "New Zealand"),
        (f'<p>{TEXT}</p><div><img src="/av/a.png"><span>Ann Reed</span></div>', "Ann Reed"),
        ("<p>“We shall not give in, whatever comes.”</p><p>– Winston Churchill</p>", "Winston Churchill"),
        (f"<p>{TEXT}</p><div>- Port Said</div><div>- New York</div>", "New York"),
        (f"<span>2-1</span><h3>Goal!</h3><p>{TEXT}</p>", "2-1"),
        (f"<strong>The minister has resigned.</strong><p>{TEXT}</p>", "The minister has resigned."),
        (f"<strong>Will it run?</strong><p>{TEXT}</p><strong>And the bus?</strong><p>No.</p>", "Will it run?"),
        (f'<p>{TEXT}</p><div><span>Quote</span> <time>13:00</time><p>Nobody is hurt.</p></div>', "Nobody is hurt."),
    ],
)  # fmt: skip
def test_nothing_that_is_said_is_lost(inside: str, text: str) -> None:
    assert text in of(inside).text


def test_a_share_menu_opens_nothing_that_is_hidden() -> None:
    menu = '<div><button aria-expanded="false">Menu</button><ul style="display:none"><li>Share</li></ul></div>'
    hidden = f'<div style="display:none">{TEXT}</div>'
    shown = "<p>Crews have pumped out thirty-one cellars since the morning, and two streets are shut for now.</p>"

    assert TEXT not in of(menu + shown + hidden).text


STORY = '<a href="/2026/bridge">Why the bridge fell</a>'


@pytest.mark.parametrize(
    "line",
    [
        f"<p>Read also: {STORY}</p>", f"<p><b>Lees ook</b> {STORY}</p>",
        f"<div>À lire aussi {STORY} <i>18:05</i></div>",
        f"<p>Lesen Sie auch: {STORY} | {STORY}</p>", '<p><a href="/2026/bridge">Baca juga: Why the bridge fell</a></p>',
        f"<p>延伸閱讀：{STORY}</p>", f"<p>あわせて読みたい {STORY}</p>",
    ],
)  # fmt: skip
def test_a_line_that_leads_to_another_story_is_no_text_and_keeps_where_it_leads(line: str) -> None:
    found = of(f"<p>{TEXT}</p>{line}")

    assert (found.text, found.links) == (TEXT, ("https://news.example.org/2026/bridge",))


@pytest.mark.parametrize(
    "line",
    [
        f"<p>Watch {STORY}, live from the quay.</p>", f"<p>The office asks everybody to read {STORY}</p>",
        f"<p>Read {STORY}</p>",
        f"<p>Watch {STORY}</p>",
        "<p>Read also:</p>",
        f"<p>Read also: {STORY}, which nobody has yet.</p>", "<p>Related: three more are missing.</p>",
    ],
)  # fmt: skip
def test_a_line_that_says_more_is_text(line: str) -> None:
    found = of(f"<p>{TEXT}</p>{line}").text.partition("\n")[2]

    assert found == html.fragment_fromstring(line).text_content()


def test_an_update_that_is_nothing_else_keeps_its_words() -> None:
    assert of(f"<p>Watch: {STORY}</p>").text == "Watch: Why the bridge fell"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('<p class="card__by">Posted by :- पूजा सेमलकर</p>', "पूजा सेमलकर"),
        ('<p class="card__by">By Ann Reed</p>', "Ann Reed"),
    ],
)
def test_a_byline_of_a_class_that_says_by(line: str, name: str) -> None:
    found = of(f"{line}<p>{TEXT}</p>")

    assert (found.text, found.authors) == (TEXT, (name,))


def test_a_sentence_of_that_class_is_text() -> None:
    sentence = "बजट में किसानों के लिए रुपये रखे गए हैं"

    assert of(f'<p class="by">{sentence}</p><p>{TEXT}</p>').text == f"{sentence}\n{TEXT}"


def test_a_short_question_that_is_answered_is_text() -> None:
    asked = '<div class="post-comment"><blockquote><p>Does the ferry run?</p></blockquote></div>'

    assert "Does the ferry run?" in of(f"{asked}<p>{TEXT}</p>").text


def test_a_prompt_to_comment_is_none() -> None:
    prompt = '<div class="comment-prompt"><p>What do you think? Tell us below</p></div>'

    assert of(f"<p>{TEXT}</p>{prompt}").text == TEXT


def test_a_pictures_bold_line_is_its_headline() -> None:
    figure = '<figure><img src="/a.jpg"><figcaption>The quay at nine.</figcaption></figure>'
    found = of(f'<div class="t"><b>The largest of the night</b></div>{figure}')

    assert (found.headline, found.text, found.captions) == ("The largest of the night", "", ("The quay at nine.",))


@pytest.mark.parametrize("kicker", ["पुल बंद", "สะพาน ปิด", "다리 폐쇄", "إغلاق الجسر"])
def test_two_words_beside_a_time_sign_nothing(kicker: str) -> None:
    found = of(f'<div><time>15:20</time> <span class="k">{kicker}</span></div><p>{TEXT}</p>')

    assert kicker in f"{found.headline} {found.text}"
    assert found.authors == ()


def test_a_title_of_that_class_signs_nothing() -> None:
    assert "Minister Resigns" in of(f'<p class="by">Minister Resigns</p><p>{TEXT}</p>').text


def test_a_name_beside_a_time_signs_where_its_class_says_so() -> None:
    found = of(f'<div><time>15:20</time> <span class="author-name"><b>김 하늘</b></span></div><p>{TEXT}</p>')

    assert (found.text, found.authors) == (TEXT, ("김 하늘",))
