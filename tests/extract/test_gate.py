"""What lists are instead of updates, told by their times, fields and links."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.extract import extract
from pipelines.model import Version

AT = datetime(2026, 1, 3, 14, 0, tzinfo=UTC)
SENTENCES = (
    "The harbour is closed to all ships until the wind has gone down.",
    "Two ferries wait outside of the breakwater, both with their lights on.",
    "In the old town the market has been moved into the covered hall.",
    "The school by the river stays shut, its pupils were told in the morning.",
    "Nobody was hurt, as far as the fire brigade can say at this hour.",
)


def read(*records: str, title: str = "Storm", head: str = "") -> Version:
    body = "".join(f'<div class="entry">{record}</div>' for record in records)
    page = f"<html><title>{title}</title>{head}<body><h1>{title}</h1><main>{body}</main></body></html>"
    found = extract(page.encode(), url="https://www.example.org/2026/storm", at=AT, profiles=())
    assert isinstance(found, Version)
    return found


def timed(step: timedelta, sentence: str = "{}") -> list[str]:
    moments = [AT - timedelta(minutes=7) - step * n for n in range(len(SENTENCES))]
    return [
        f'<time datetime="{moment:%Y-%m-%dT%H:%M:%SZ}">{moment:%H:%M}</time><p>{sentence.format(text)}</p>'
        for moment, text in zip(moments, SENTENCES, strict=True)
    ]


def clocked(*clocks: str) -> list[str]:
    return [f"<b>{clock}</b><p>{text}</p>" for clock, text in zip(clocks, SENTENCES, strict=True)]


def refusal(version: Version) -> str:
    assert (version.updates, version.live) == ((), False)
    return next(w for w in version.warnings if w.startswith("records refused: ")).removeprefix("records refused: ")


def published(moment: str, modified: str = "") -> str:
    return "".join(
        f'<meta property="article:{name}_time" content="{value}">'
        for name, value in (("published", moment), ("modified", modified or moment))
    )


STORY = clocked("13:41", "12:58", "12:13", "11:37", "10:52")


def test_updates_minutes_apart_are_updates() -> None:
    assert len(read(*timed(timedelta(minutes=41))).updates) == len(SENTENCES)


def test_what_comes_every_few_days_is_an_archive() -> None:
    told = refusal(read(*timed(timedelta(days=2, hours=5))))

    assert told == "the times lie days apart, as in an archive"


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_slow_coverage_that_is_announced_stays_as_it_grows(count: int) -> None:
    assert len(read(*timed(timedelta(days=2, hours=5))[-count:], title="Storm: live").updates) == count


def test_announced_or_not_days_apart_with_a_document_each_is_an_archive() -> None:
    records = [f'{record}<a href="/doc/{n}.pdf">Download</a>' for n, record in enumerate(timed(timedelta(days=2)))]

    assert refusal(read(*records, title="Shares: live")) == "the times lie days apart, as in an archive"


def test_a_few_days_between_two_of_many_are_none() -> None:
    records = timed(timedelta(minutes=41))
    records.append(
        '<time datetime="2025-12-30T09:13:00Z">9:13</time><p>The forecast speaks of a storm for Saturday.</p>'
    )

    assert len(read(*records).updates) == len(SENTENCES) + 1


@pytest.mark.parametrize("moment", ["2026-01-03T10:30:00Z", "2026-01-03T12:00:00Z"])
def test_a_page_that_was_written_at_another_time_than_all_it_tells_is_a_story(moment: str) -> None:
    told = refusal(read(*STORY, head=published(moment)))

    assert told == "the page was not written when its newest time says, as a story told by the hour"


def test_what_a_page_tells_of_the_day_before_it_was_written_is_a_story() -> None:
    records = timed(timedelta(minutes=41))
    told = refusal(
        read(*(r.replace("2026-01-03T", "2026-01-02T") for r in records), head=published("2026-01-03T13:50:00Z"))
    )

    assert told == "the page was not written when its newest time says, as a story told by the hour"


@pytest.mark.parametrize("moment", ["2026-01-03T13:43:00Z", "2026-01-03T13:59:00Z"])
def test_a_page_that_is_dated_anew_whenever_it_is_saved_is_none(moment: str) -> None:
    assert len(read(*STORY, head=published(moment)).updates) == len(SENTENCES)


def test_a_page_that_changed_after_it_began_is_none() -> None:
    assert len(read(*STORY, head=published("2026-01-03T10:30:00Z", "2026-01-03T13:58:00Z")).updates) == len(SENTENCES)


def test_times_that_go_on_after_the_page_last_changed_are_a_story() -> None:
    told = refusal(read(*STORY, head=published("2026-01-03T10:30:00Z", "2026-01-03T12:00:00Z")))

    assert told == "the page was not written when its newest time says, as a story told by the hour"


def test_a_day_is_no_time_of_writing() -> None:
    assert len(read(*STORY, head=published("2026-01-03")).updates) == len(SENTENCES)


def test_clocks_without_any_day_are_believed_where_coverage_is_announced() -> None:
    assert refusal(read(*STORY)) == "nothing says of which day the clocks are"
    assert len(read(*STORY, title="Storm: live updates").updates) == len(SENTENCES)


@pytest.mark.parametrize("title", ["On air", "On air: live"])
def test_records_of_the_same_fields_are_data(title: str) -> None:
    records = timed(
        timedelta(minutes=4), "<b>Night bus</b> <span>Album: Evenings by the sea</span> <span>Label: Harbour</span>"
    )

    assert refusal(read(*records, title=title)) == "each is made of the same labelled fields"


@pytest.mark.parametrize(
    "line",
    ["<i>Photo: Ada Quay</i>", "<i>Photo: Ada Quay. Film: Radio</i>", "Where: quay · Source: radio"],
)
def test_labels_below_what_updates_say_are_no_fields(line: str) -> None:
    records = timed(timedelta(minutes=41), "{}</p><p>" + line)

    assert len(read(*records).updates) == len(SENTENCES)


def test_questions_that_are_answered_are_no_fields() -> None:
    records = timed(timedelta(minutes=41), "Question: where is the ferry?</p><p>Answer: {}")

    assert len(read(*records, title="Storm: live").updates) == len(SENTENCES)


def test_a_story_elsewhere_with_its_time_between_updates_is_none_of_them() -> None:
    records = timed(timedelta(minutes=41))
    teaser = '<h4><a href="/2026/other">Older than the storm</a></h4><span>3 January 2026, 9:13</span>'

    found = read(*records[:2], teaser, *records[2:]).updates

    assert [u.text for u in found] == list(SENTENCES)


def test_an_update_whose_headline_leads_elsewhere_is_one() -> None:
    records = timed(timedelta(minutes=41))
    records[1] = f'<h4><a href="/2026/other">Our report</a></h4>{records[1]}'

    assert len(read(*records).updates) == len(SENTENCES)


def test_to_be_liked_does_not_make_an_update_a_reader_s() -> None:
    like = "<button>Like</button> <button>Share</button>"
    answer = "<button>Like</button> <button>Reply</button>"

    assert len(read(*(record + like for record in timed(timedelta(minutes=41)))).updates) == len(SENTENCES)
    assert read(*(record + answer for record in timed(timedelta(minutes=41)))).updates == ()


def test_an_update_with_an_id_of_its_own_is_one_though_it_says_nothing_but_a_link() -> None:
    link = '<h3><a href="/2026/other">The mayor has said that nobody was hurt</a></h3>'
    records = [f'<div class="post" id="p{n}">{record}</div>' for n, record in enumerate(timed(timedelta(minutes=41)))]
    records[2] = re.sub("<p>.*</p>", link, records[2])
    html = f"<html><title>Storm: live</title><body><h1>Storm</h1><main>{''.join(records)}</main></body></html>"
    found = extract(html.encode(), url="https://www.example.org/live/storm", at=AT, profiles=())

    assert isinstance(found, Version)
    assert [u.id for u in found.updates] == [f"p{n}" for n in range(len(SENTENCES))]


def ids(before: str, inside: str = "") -> list[str | None]:
    records = "".join(
        f'{before.format(n=n, name=9900 - n)}<div class="post">{record}{inside.format(name=9900 - n)}</div>'
        for n, record in enumerate(timed(timedelta(minutes=41)))
    )
    html = f"<html><title>Storm: live</title><body><h1>Storm</h1><main>{records}</main></body></html>"
    found = extract(html.encode(), url="https://www.example.org/live/storm", at=AT, profiles=())
    assert isinstance(found, Version)
    return [u.id for u in found.updates]


def test_an_anchor_above_an_update_gives_its_id() -> None:
    assert ids('<a name="n77{name}"></a>') == [f"n77{9900 - n}" for n in range(5)]
    assert ids('<div class="live__anchor" id="storm-77{name}"></div>') == [f"storm-77{9900 - n}" for n in range(5)]


@pytest.mark.parametrize(
    "before",
    ['<div id="ad-slot-77{name}"></div>', '<a id="entry-{n}"></a>', '<div class="anchor" id="ember{name}"></div>'],
)
def test_what_may_count_places_gives_none(before: str) -> None:
    assert ids(before) == [None] * 5


def test_the_address_of_an_update_comes_before_an_anchor_above_it() -> None:
    assert ids('<a name="n77{name}"></a>', '<a href="#post-{name}">link</a>') == [str(9900 - n) for n in range(5)]
