"""pywb, as ``stoppress replay`` runs it: each capture as it was stored, and a TimeMap of all of them."""

import hashlib

import requests
from checks import Checks

checks = Checks()
where, url = checks.world["replay_url"], checks.world["url"]
for capture in checks.captures:
    got = requests.get(f"{where}{capture['timestamp']}id_/{url}", timeout=30)
    checks.body(capture["timestamp"], got.content, capture)
    checks.equal("its status", got.status_code, capture["status"])
    date = got.headers["Memento-Datetime"]
    checks.equal("its second", date[17:25].replace(":", ""), capture["timestamp"][8:])
    shown = requests.get(f"{where}{capture['timestamp']}mp_/{url}", timeout=30)
    checks.equal("its heading, rewritten", b"<h1>Storm" in shown.content, True)
for requisite, sha256 in checks.world["requisites"].items():
    for mode in ("id_", "mp_"):
        got = requests.get(f"{where}{checks.captures[0]['timestamp']}{mode}/{requisite}", timeout=30)
        checks.equal(f"{requisite} {mode}", got.status_code, 200)
        if mode == "id_":
            checks.equal(f"{requisite}: SHA-256", hashlib.sha256(got.content).hexdigest(), sha256)
listed = requests.get(f"{where}timemap/link/{url}", timeout=30).text
checks.equal("TimeMap", listed.count('rel="memento"'), len(checks.captures))
frame = requests.get(f"{where}{checks.captures[1]['timestamp']}/{url}", timeout=30).text
checks.equal("our banner", 'id="stoppress"' in frame, True)
checks.done()
