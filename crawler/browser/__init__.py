"""Pages that are only there once their scripts have run: shown by the machine's Chromium, seen through our own proxy.

    visit --> Viewer --page--> Chromium --every request--> Proxy (loopback) --Passage--> the crawler's own client
                 |                                                             |
                 +--- the page as it stands, marked "browser" <-- captures --> what came, as on the wire

Chromium itself reaches nothing: it resolves no name and knows no way out but the proxy. What the proxy lets pass goes
through the same client as every other request, so the egress guard, certificates, limits and the tap are the same.
"""
