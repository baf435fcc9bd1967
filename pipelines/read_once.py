"""Imported for its effect, by the process that workers are forked from: all that reading a first page costs is paid."""

from __future__ import annotations

from datetime import UTC, datetime

from .reading import read

PAGE = b"""\
HTTP/1.1 200 OK\r
Content-Type: text/html; charset=utf-8\r
\r
<!doctype html><html lang="en"><title>Ready</title>
<script type="application/ld+json">{"@context": "https://schema.org", "@type": "LiveBlogPosting", "headline": "Ready",
"liveBlogUpdate": [{"@type": "BlogPosting", "@id": "#one", "datePublished": "2026-01-01T10:00:00Z",
"headline": "The first", "articleBody": "A first update of some words, which says that all is ready."}]}</script>
<h1>Ready</h1><article id="one"><time datetime="2026-01-01T10:00:00Z">10.00</time><h2>The first</h2>
<p>A first update of some words, which says that all is ready.</p></article>
"""

read(PAGE, "https://example.org/ready", datetime(2026, 1, 1, 12, tzinfo=UTC))
