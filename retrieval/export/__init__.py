"""Exports: parts of an archive as files of their own, in formats that other people's tools read.

    what is asked for -> captures, file by file -> records, checked, revisits made safe -> WARC | WACZ
    (choice)             (store.catalog_exports)   (records, replayable)                 (warc | wacz, index, pages)
"""
