"""Captures that others made, into this archive:

    file -> records (foreign_warc, foreign_wacz) -> captures (foreign) -> kept (taking) -> read (late)

A file of others is hostile until shown otherwise: it is read as a stream within limits, nothing of it is unpacked, and
whatever is refused is named with its place and the reason, while the rest goes on.
"""
