"""Scrapy's settings for production. Each line that departs from Scrapy's default says why."""

BOT_NAME = "stoppress"
SPIDER_MODULES = ["crawler.spiders"]
ADDONS = {"crawler.addon.Stoppress": 0}
ITEM_PIPELINES = {
    "pipelines.stages.Record": 100,
    "pipelines.stages.Extract": 200,
    "pipelines.stages.Compare": 300,
}
# Ours alone decide, count and remember; each one less is time for every request.
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
}
DOWNLOADER_MIDDLEWARES = {
    "crawler.politeness.Politeness": 100,
    "crawler.conditional.Conditional": 900,
    # Ours decide or the bytes must stay as they came:
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
}

# One egress path, guarded, HTTP only.
DOWNLOAD_HANDLERS = {
    "http": "crawler.wire.WireHandler",
    "https": "crawler.wire.WireHandler",
    "file": None,
    "data": None,
    "ftp": None,
    "s3": None,
}
TWISTED_DNS_RESOLVER = "crawler.egress.GuardedResolver"
DNSCACHE_ENABLED = False  # names have no expiry there: a long run would keep dead addresses for ever
HTTPPROXY_ENABLED = False  # a proxy from the environment resolves names behind the guard
DOWNLOAD_VERIFY_CERTIFICATES = True  # off by default

# A visit must end in exactly one outcome: nothing may swallow a request or answer.
METAREFRESH_ENABLED = False  # a page that reloads itself would never be captured
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # a URL seen before gives neither callback nor errback
REDIRECT_ENABLED = False  # hops are followed by the spider, each is a capture of its visit
RETRY_ENABLED = False  # a retry is a decision of the schedule
HTTPERROR_ALLOW_ALL = True  # 304, 404 and 5xx are evidence
DOWNLOAD_FAIL_ON_DATALOSS = False  # a cut body is kept, marked as truncated
URLLENGTH_LIMIT = 0  # longer URLs would be dropped with a log line; input is checked before

# What goes out says who we are and leaks nothing.
DEFAULT_REQUEST_HEADERS = {
    b"Accept": b"text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
    b"Accept-Encoding": b"gzip, br",  # zstd bodies are shown undecoded by replay tools of today
}
COOKIES_ENABLED = False
REFERER_ENABLED = False
ROBOTSTXT_OBEY = False  # crawler/politeness.py does, with Crawl-delay and by RFC 9309
ROBOTSTXT_USER_AGENT = None

# The governor paces.
DOWNLOAD_DELAY = 0
DOWNLOAD_DELAY_JITTER = 0
AUTOTHROTTLE_ENABLED = False
SCHEDULER = "crawler.queue.FirstDue"  # by default the last due goes first
# A request occupies its place also while it waits for robots.txt, for a redirect's slot or for a slow answer; with
# Scrapy's 16 as many slow hosts would hold up all others. How often is asked is decided elsewhere: by [crawl] budget.
CONCURRENT_REQUESTS = 256
# Scrapy's own number, said here because it bounds the connections to one host: a browser opens six. Starts are a gap
# apart, so only a host that answers more slowly than its gap ever sees two at once.
CONCURRENT_REQUESTS_PER_DOMAIN = 8

# No ports but those one asked for; both consoles run code that is sent to them.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

# Limits.
DOWNLOAD_WARNSIZE = 8 * 2**20  # a page on its way to max_size is worth a line before it gets there
MEMUSAGE_LIMIT_MB = 4096  # a last resort; the service manager's limit comes first
REACTOR_THREADPOOL_MAXSIZE = 20  # look-ups of names share it
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 64 * 2**20  # bodies that wait for fsync

# Speed (make bench-crawl).
CONCURRENT_ITEMS = 1  # a response makes one visit; the default starts a hundred tasks to look for more
ASYNCIO_EVENT_LOOP = "uvloop.Loop"  # less time for each event

LOG_LEVEL = "INFO"  # one line per visit; DEBUG adds Scrapy's own, many per request
LOG_FORMATTER = "crawler.logs.Quiet"  # Scrapy's line per item would print whole pages
# Counts that nobody reads: the ledger has them, and each signal costs time.
LOGSTATS_INTERVAL = 0
# Scrapy's own do nothing here, and to import some of them, if only to leave them out, takes longer than our start.
EXTENSIONS_BASE = {"scrapy.extensions.memusage.MemoryUsage": 0, "crawler.notices.Notices": 0}
