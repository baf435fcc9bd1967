"""The list of faults that must have a test here, in our own words, and where those are shown that need no case.

``elsewhere``: ``file::test`` as pytest names it, without parameters; it stands for the row, or helps to.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    fault: str
    must: str
    elsewhere: tuple[str, ...] = ()


WIRE = "tests/crawler/test_wire.py"
JOB = "tests/main_job"
HERE = "tests/faults/network"

ROWS: dict[str, Row] = {
    # what a server can send
    "whole": Row("good pages in every framing, 1xx responses before them", "archived, byte for byte",
                 (f"{WIRE}::test_every_kind_of_response_is_kept_byte_for_byte",)),
    "no-status-line": Row("an answer that is no HTTP", "protocol"),
    "cut-body": Row("bodies that end too early, stall, or have broken chunks",
                    "truncated, bytes kept, never a version, one later retry",
                    ("tests/crawler/test_retry.py::test_a_cut_page_is_looked_at_once_more_before_its_next_turn",
                     f"{WIRE}::test_a_cut_answer_is_kept_as_far_as_it_came")),
    "forged-second": Row("a short length, then a forged second response", "its text nowhere, connection dropped",
                         (f"{WIRE}::test_what_follows_the_end_of_a_message_is_no_part_of_any",
                          f"{WIRE}::test_bytes_that_come_late_answer_no_later_request")),
    "lengths": Row("two lengths, a length that is none or half hidden, length and chunks", "protocol, or the chunks",
                   ("tests/crawler/test_header_lines.py::test_a_name_that_may_be_about_the_framing_is_not_passed_over",)),
    "closed-early": Row("closed at once, or within the header", "connect or protocol",
                        (f"{WIRE}::test_what_is_no_response_is_kept_beside_its_request",)),
    "header-flood": Row("a header of 2 MiB, or without end", "protocol, memory bounded",
                        (f"{HERE}/test_endless.py::test_a_header_of_2_mib_or_without_end_is_protocol_and_cut_off_early",
                         f"{WIRE}::test_a_header_without_end_is_cut_off_at_its_limit")),
    "dirty-headers": Row("folded, bare CR, NUL, 8-bit, colon-less and nameless header lines",
                         "archived, readable again",
                         ("tests/crawler/test_header_lines.py::test_a_line_without_a_name_says_nothing",)),
    "empty-after-good": Row("204, or an empty 200, after a good page", "empty, no update removed",
                            (f"{HERE}/test_one_process.py::test_an_empty_page_twice_leaves_the_page_before_it_unchanged",)),
    "http-status": Row("404, 410, 5xx, a part that nobody asked for", "http-status, kept; it recovers"),
    "retry-after": Row("429 and 503, with every kind of Retry-After, for ever",
                       "gap obeyed, other hosts go on, few requests",
                       (f"{HERE}/test_refusals.py::test_a_refusal_parks_its_host_for_as_long_as_it_asks_and_no_other",
                        f"{JOB}/test_manners.py::test_retry_after_parks_all_pages_of_the_host",
                        "tests/crawler/test_governor.py::test_refusals_without_retry_after_back_off_longer_each_time_up_to_an_hour")),
    "challenge": Row("challenge pages with 403 and 200", "http-status, or refused"),
    "redirects": Row("redirects: good, endless, broken, to themselves", "archived with their chain, or redirect",
                     (f"{JOB}/test_redirects.py::test_the_page_is_what_the_redirects_lead_to",)),
    "private-address": Row("every way that leads to a private address", "blocked, not one packet sent",
                           (f"{HERE}/test_answers.py::test_nobody_came_to_the_private_address",
                            f"{HERE}/test_addresses.py::test_a_watch_on_a_private_address_is_blocked_in_every_spelling",
                            f"{HERE}/test_addresses.py::test_a_robots_file_that_leads_to_a_private_address_is_not_followed")),
    "other-schemes": Row("redirects to file, data and the like", "blocked"),
    "header-injection": Row("line ends in Location; a hop to another host", "no header injected, no secret sent"),
    "reloads-itself": Row("a page that reloads itself", "archived, one request"),
    "not-modified": Row("304 and validators in every state, clocks of servers", "revisit; protocol where unasked",
                        (f"{HERE}/test_lying.py::test_a_304_that_lies_is_found_out_after_twenty_visits",)),
    "content-coding": Row("content codings: good, cut, damaged, unknown", "archived, or decode"),
    "endless": Row("bombs, bodies without end, slow and silent servers", "too-large or timeout, memory bounded",
                   (f"{HERE}/test_endless.py::test_a_body_without_end_is_cut_off_and_memory_stays_small",)),
    "charset": Row("charsets that lie, lack or break; what is no HTML", "bytes exact, text found; not-html"),
    "huge-page": Row("100,000 levels, 12 MiB of text, 10,000 updates", "updates found, others not delayed",
                     (f"{HERE}/test_endless.py::test_ten_thousand_updates_are_found_and_other_pages_are_not_held_up",)),
    "json-ld": Row("broken, deep and mistyped JSON-LD", "no crash; the page is read"),
    "entry-times": Row("times of updates that cannot be true", "kept, never used to drop"),
    "doubled-entries": Row("one id twice; new ids for equal texts", "both kept; no change"),
    "scripts": Row("scripts in texts, ids and links", "inert wherever they are shown",
                   (f"{HERE}/test_answers.py::test_a_script_is_inert_in_the_diff_page",)),
    "xml-entities": Row("external and exploding entities in XHTML", "no file read, bounded"),
    "endless-pages": Row("a next page without end", "bounded requests"),
    "tls": Row("self-signed, expired, for another name or none, no TLS at all", "tls",
               (f"{HERE}/test_tls.py::test_a_certificate_that_proves_nothing_is_tls_and_nothing_is_sent",
                f"{JOB}/test_manners.py::test_a_self_signed_server_is_not_believed")),
    "tls-ends": Row("TLS that ends in a reset, an alert, a forgery, within a record, or never",
                    "truncated disconnect; its connection is let go of",
                    (f"{HERE}/test_tls_ends.py::test_a_page_without_length_is_whole_only_if_its_connection_ended_in_order",
                     f"{HERE}/test_tls_ends.py::test_a_server_that_does_not_close_is_left_all_the_same",
                     f"{HERE}/test_tls_ends.py::test_what_comes_after_a_broken_chunk_is_not_read_and_its_connection_is_cut",
                     f"{HERE}/test_tls_ends.py::test_a_handshake_that_breaks_off_is_tls_and_nothing_is_recorded")),
    # settings, egress, caps
    "settings": Row("Scrapy's defaults", "each of ours holds in the running crawler",
                    (f"{HERE}/test_settings.py::test_the_production_setting_holds_in_a_running_crawl",
                     f"{HERE}/test_settings.py::test_no_part_of_scrapy_that_swallows_or_changes_answers_is_on")),
    "no-port": Row("consoles that listen", "no port",
                   (f"{JOB}/test_manners.py::test_no_cookie_goes_back_no_proxy_is_used_and_nothing_listens",)),
    "addresses": Row("addresses that look public and are not", "refused",
                     (f"{HERE}/test_addresses.py::test_an_address_that_only_looks_public_is_refused",
                      "tests/crawler/test_egress.py::test_what_is_not_public_unicast_is_refused")),
    "no-guard": Row("settings that lack the guard", "nothing is sent",
                    (f"{JOB}/test_guard.py::test_a_crawl_without_its_guard_sends_nothing_and_says_why",)),
    "rebinding": Row("a name that resolves to another address the second time", "each answer is judged",
                     (f"{HERE}/test_addresses.py::test_a_name_that_moves_to_a_private_address_is_refused_at_once",)),
    "worker-dies": Row("a page that kills, fills or blocks its reader", "the capture stays, others are read",
                       (f"{HERE}/test_workers.py::test_a_page_that_kills_its_reader_costs_no_other_page_its_reading",
                        f"{HERE}/test_workers.py::test_a_reader_cannot_take_more_memory_than_its_limit")),
}  # fmt: skip
