"""memento_client, pointed at this archive: its TimeGate, and mementos for times at, between and beyond captures."""

from datetime import datetime, timedelta

from checks import Checks
from memento_client import MementoClient

checks = Checks()
kept, url = checks.world["archive_url"], checks.world["url"]
client = MementoClient(timegate_uri=f"{kept}/web/", check_native_timegate=False)


def address(capture):
    return f"{kept}/web/{capture['timestamp']}/{url}"


# Without a zone, as this client wants them.
times = [datetime.strptime(c["timestamp"], "%Y%m%d%H%M%S") for c in checks.captures]  # noqa: DTZ007
wanted = [(time, capture) for time, capture in zip(times, checks.captures, strict=True)]
wanted += [(times[0] - timedelta(days=9), checks.captures[0]), (times[-1] + timedelta(days=9), checks.captures[-1])]
for time, capture in wanted:
    told = client.get_memento_info(address(checks.captures[0]), time)
    checks.equal(f"original for {time}", told["original_uri"], url)
    checks.equal(f"closest for {time}", told["mementos"]["closest"]["uri"][0], address(capture))
checks.done()
