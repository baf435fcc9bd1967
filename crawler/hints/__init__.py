"""Hints: feeds, sitemaps, hubs and newsrooms say that something happened on a page; a visit of it comes sooner.

    source --polled--> entries --what is new--> hints --> schedule        look at a page --> was it told of? --> recall
"""
