"""Captured pages as they looked: pywb, in a process and on an origin of its own, fed from here.

browser -> pywb -> /cdx/pywb, /warc/NAME on a free port of loopback -> catalog, store, spool
"""
