"""Where in the sequence of TLS records a connection is, however its bytes are cut on their way."""

from __future__ import annotations

import pytest

from crawler.tls_end import Records

RECORDS = [b"\x16\x03\x03\x00\x04shake"[:9], b"\x17\x03\x03\x00\x00", b"\x17\x03\x03\x01\x01" + b"x" * 257]
STREAM = b"".join(RECORDS)
ENDS = {0, 9, 14, len(STREAM)}


@pytest.mark.parametrize("piece", [1, 2, 5, 7, 1000])
def test_only_after_a_whole_record_it_is_between_two(piece: int) -> None:
    records, seen = Records(), {0}
    for at in range(0, len(STREAM), piece):
        records.take(STREAM[at : at + piece])
        if records.between:
            seen.add(min(at + piece, len(STREAM)))

    assert seen == {end for end in ENDS if end % piece == 0 or end == len(STREAM)}
