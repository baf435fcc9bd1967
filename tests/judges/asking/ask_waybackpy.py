"""waybackpy, pointed at this archive."""

import waybackpy
from checks import Checks

checks = Checks()
url = checks.world["url"]


def asked(**more):
    api = waybackpy.WaybackMachineCDXServerAPI(url, "judges", **more)
    api.endpoint = f"{checks.world['base_url']}/cdx/search/cdx"
    return list(api.snapshots())


found = asked()
checks.equal("rows", [one.timestamp for one in found], [c["timestamp"] for c in checks.captures])
checks.equal("originals", {one.original for one in found}, {url})
checks.equal("limit", [one.timestamp for one in asked(limit="2")][:2], [c["timestamp"] for c in checks.captures][:2])
checks.equal("collapse", len(asked(collapses=["digest"])), len({c["sha256"] for c in checks.captures}))
checks.equal("filter", {one.statuscode for one in asked(filters=["statuscode:200"])}, {"200"})
checks.done()
