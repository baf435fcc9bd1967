"""Which of the sizes of an image a browser would load: in a window of 1280 by 800, at one and at two dots per pixel.

Pure. HTML Standard, 4.8.4.2: ``srcset`` lists addresses with a width (``800w``) or a density (``2x``), ``sizes`` says
how wide the image stands in which window, ``media`` of a ``source`` when it is meant at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

WIDTH, HEIGHT = 1280, 800  # pixels of the window; common on desktops
_DENSITIES = (1.0, 2.0)  # ordinary screens, and those of most laptops and phones
_MOST = 100  # candidates of one list
_DESCRIPTOR = re.compile(r"(\d+(?:\.\d+)?)([wx])")
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)(px|vw|rem|em)")
_UNITS = {"px": 1.0, "vw": WIDTH / 100, "em": 16.0, "rem": 16.0}
_FEATURE = re.compile(r"\(\s*(min-width|max-width|min-height|max-height|orientation)\s*:\s*([\w.]+)\s*\)")


def chosen(srcset: str, sizes: str | None) -> list[str]:
    """The address for one dot per pixel, then that for two if it is another."""
    candidates = [(density, address) for address, density in _candidates(srcset, _width(sizes))]
    picked: list[str] = []
    for wanted in _DENSITIES if candidates else ():
        dense = [one for one in candidates if one[0] >= wanted]
        _, address = min(dense) if dense else max(candidates)
        picked.append(address)
    return list(dict.fromkeys(picked))


def is_meant(media: str | None) -> bool:
    """Whether a media query holds in that window; one that says something else than its size does not."""
    return not media or not media.strip() or any(_holds(part) for part in media.lower().split(","))


def _candidates(srcset: str, width: float) -> Iterator[tuple[str, float]]:
    at, count = 0, 0
    while count < _MOST:
        while at < len(srcset) and (srcset[at].isspace() or srcset[at] == ","):
            at += 1
        if at >= len(srcset):
            return
        begin = at
        while at < len(srcset) and not srcset[at].isspace():
            at += 1
        address, descriptor = srcset[begin:at], ""
        if address.endswith(","):
            address = address.rstrip(",")
        else:
            end = srcset.find(",", at)
            end = len(srcset) if end < 0 else end
            descriptor, at = srcset[at:end], end
        count += 1
        if address:
            yield address, _density(descriptor, width)


def _density(descriptor: str, width: float) -> float:
    found = _DESCRIPTOR.search(descriptor)
    if found is None:
        return 1.0
    number = min(float(found[1]), 1e6)
    return number / width if found[2] == "w" else number


def _width(sizes: str | None) -> float:
    """Of the image in the window, in pixels; the whole of it where nothing that can be read is said."""
    for part in (sizes or "").lower().split(","):
        condition, _, length = part.strip().rpartition(" ")
        found = _LENGTH.fullmatch(length)
        if found and float(found[1]) > 0 and (not condition or _holds(condition)):
            return float(found[1]) * _UNITS[found[2]]
    return float(WIDTH)


def _holds(query: str) -> bool:
    rest = query.strip()
    rest = re.sub(r"^(?:only\s+)?(?:screen|all)\s*(?:and\b)?", "", rest).strip()
    for part in re.split(r"\band\b", rest) if rest else ():
        found = _FEATURE.fullmatch(part.strip())
        if found is None or not _fits(found[1], found[2]):
            return False
    return True


def _fits(feature: str, value: str) -> bool:
    if feature == "orientation":
        return value == "landscape"
    length = _LENGTH.fullmatch(value)
    if length is None:
        return False
    wanted, own = float(length[1]) * _UNITS[length[2]], WIDTH if feature.endswith("width") else HEIGHT
    return own >= wanted if feature.startswith("min") else own <= wanted
