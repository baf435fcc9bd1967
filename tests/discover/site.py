"""A small newspaper with everything that announces pages, on a real server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.servers.raw_http import RawServer, page

LIVE = """<!doctype html><html lang="en"><head><title>{title} - live</title></head><body><main><h1>{title}</h1>{updates}
</main></body></html>"""
UPDATE = """<article class="entry" id="e{n}"><time datetime="{at}">{at}</time>
<h2>{what} number {n}</h2><p>The harbour master said that {what} number {n} was closed, and that nobody was hurt
when the water rose over the quay in the early hours of the morning.</p></article>"""
ARTICLE = (
    "<!doctype html><html lang='en'><head><title>{title}</title></head><body><main><h1>{title}</h1>"
    "<p>The council has voted for the new bridge, which will be built of steel.</p>"
    "<p>It will be paid for by the county and opened in two years, the mayor said.</p></main></body></html>"
)
XML = "application/xml"


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def live(title: str, what: str, now: datetime) -> bytes:
    updates = [UPDATE.format(n=n, what=what, at=stamp(now - timedelta(minutes=7 * n))) for n in range(1, 7)]
    return LIVE.format(title=title, updates="".join(updates)).encode()


def newspaper(server: RawServer, now: datetime) -> str:
    """Its front page. Live: /news/storm-live (by a link), /2026/flood (by the news sitemap), /sport/final (by the
    feed). No live page: /culture/live-music. Forbidden: /private/live. Older than two days: /old/live-updates."""
    server.route(
        "/robots.txt",
        page(b"User-agent: *\nDisallow: /private/\nSitemap: %s\n" % server.url("/sitemap.xml").encode(),
             content_type="text/plain"),
    )  # fmt: skip
    server.route("/news/storm-live", page(live("Storm over the harbour", "gate", now)))
    server.route("/2026/flood", page(live("Flood in the valley", "road", now)))
    server.route("/sport/final", page(live("The final", "stand", now)))
    server.route("/culture/live-music", page(ARTICLE.format(title="Live music is back").encode()))
    server.route("/private/live", page(live("Nobody may see this", "door", now)))
    server.route("/2026/bridge", page(ARTICLE.format(title="A new bridge").encode()))
    front = (
        '<!doctype html><html lang="en"><head><title>The Harbour Post</title>'
        '<link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body><main><h1>Today</h1>'
        '<a href="/news/storm-live#e1">Storm over the harbour</a> <a href="/culture/live-music">Live music is back</a>'
        '<a href="/private/live">Live from the palace</a> <a href="https://elsewhere.example/live/x">Live elsewhere</a>'
        '<a href="/about">About us</a></main></body></html>'
    )
    server.route("/sitemap.xml", page(_index(server, now).encode(), content_type=XML))
    server.route("/news.xml", page(_news(server, now).encode(), content_type=XML))
    server.route("/feed.xml", page(_feed(server, now).encode(), content_type="application/rss+xml"))
    return server.route("/", page(front.encode()))


def _index(server: RawServer, now: datetime) -> str:
    children = ((server.url("/old.xml"), now - timedelta(days=90)), (server.url("/news.xml"), now))
    listed = "".join(f"<sitemap><loc>{url}</loc><lastmod>{stamp(at)}</lastmod></sitemap>" for url, at in children)
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</sitemapindex>'


def _news(server: RawServer, now: datetime) -> str:
    pages = (("/2026/flood", 1), ("/2026/bridge", 3), ("/old/live-updates", 70))
    entries = "".join(
        f"<url><loc>{server.url(path)}</loc><n:news><n:publication_date>{stamp(now - timedelta(hours=age))}"
        f"</n:publication_date><n:title>A title &amp; more</n:title></n:news></url>"
        for path, age in pages
    )
    return (
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{entries}</urlset>'
    )


def _feed(server: RawServer, now: datetime) -> str:
    date = (now - timedelta(hours=2)).strftime("%a, %d %b %Y %H:%M:%S +0000")
    item = f"<item><title>The final, as it happened</title><link>{server.url('/sport/final')}</link>"
    return f'<rss version="2.0"><channel><title>Post</title>{item}<pubDate>{date}</pubDate></item></channel></rss>'
