"""The faults of time, configuration, storage, catalog, process, API, replay and export, in our own words, and the tests
that show each.

``shown``: ``file::test`` as pytest names it, without parameters. ``not_yet``: what of it this release has not.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    fault: str
    must: str
    shown: tuple[str, ...]
    not_yet: str = ""


def _in(file: str, *names: str) -> tuple[str, ...]:
    return tuple(f"tests/{file}.py::test_{name}" for name in names)


TIME: dict[str, Row] = {
    "clock-set": Row("the clock goes back an hour, forward a year, or is stepped in mid-capture",
                     "dates in order, no burst, no stall, told",
                     _in("faults/time/test_clock",
                         "a_clock_set_back_by_an_hour_is_caught_up_with_and_no_date_goes_back",
                         "a_clock_set_forward_by_a_year_is_followed_and_ends_no_watch_for_an_hour",
                         "a_clock_set_forward_makes_no_burst_but_one_visit_a_page",
                         "a_clock_that_returns_from_a_wrong_year_is_followed_back")
                     + _in("faults/time/test_crawling",
                           "visits_go_on_in_order_while_the_clock_goes_back_an_hour_and_forward_a_year")),
    "summer-time": Row("the operator's zone changes its clocks", "the same number of visits but one",
                       _in("crawler/test_schedule", "cron_is_read_in_its_zone_across_the_change_of_clocks",
                           "a_turn_in_the_hour_that_is_left_out_or_there_twice_is_made_once",
                           "half_hours_go_on_through_a_night_in_which_the_clocks_change")
                       + _in("faults/time/test_zone", "the_machines_zone_changes_no_schedule")),
    "same-second": Row("two captures in a second", "a URL once a second; if not, two records and two visits",
                       _in("crawler/test_politeness", "a_url_is_asked_once_in_a_second")
                       + _in("faults/time/test_zone", "two_captures_of_one_moment_are_two_records_and_two_visits")),
    "odd-years": Row("years that no calendar or no store has", "refused with words",
                     _in("retrieval/test_lookup", "a_year_has_four_digits",
                         "what_is_no_moment_is_refused_with_its_own_words",
                         "a_time_far_before_now_is_refused_not_wrapped_around")
                     + _in("pipelines/test_config", "what_is_wrong_is_named_with_its_place")
                     + _in("faults/api/test_requests",
                           "a_year_that_no_calendar_has_is_400_or_the_nearest_capture")),
}  # fmt: skip

CONFIG: dict[str, Row] = {
    "syntax": Row("another syntax, tabs, a byte order mark, CRLF", "refused with line and column; the old one stays",
                  _in("faults/config/test_files", "marks_that_editors_leave_are_taken",
                      "a_file_that_is_no_toml_is_refused_with_line_and_column",
                      "a_file_that_cannot_be_read_leaves_the_watches_that_were_applied")),
    "unknown-key": Row("a key that nobody knows", "refused with the nearest key",
                       _in("pipelines/test_config_keys", "a_slip_of_the_pen_is_refused_with_a_known_key")),
    "twice": Row("one page in two spellings", "refused with both places",
                 _in("faults/config/test_files", "a_page_listed_twice_in_two_spellings_is_refused_with_both_places")),
    "odd-urls": Row("URLs with control characters, passwords, look-alikes, without end, of other schemes",
                    "refused by a rule that is named",
                    _in("pipelines/test_urlkey", "what_is_no_page_is_refused_with_the_rule",
                        "no_password_is_ever_printed")),
    "odd-intervals": Row("intervals of nothing, below nothing, beyond a life", "refused, with what is possible",
                         _in("faults/config/test_files",
                             "an_interval_that_is_none_is_refused_with_what_is_possible",
                             "a_limit_of_nothing_is_refused"),
                         not_yet="patterns that operators write: no key takes any"),
    "sizes": Row("no page at all; 100,000 pages", "told; loaded in bounded memory",
                 _in("faults/config/test_files", "an_empty_list_is_told",
                     "a_hundred_thousand_pages_are_loaded_in_bounded_memory_each_worked_out_once")),
    "removed-meanwhile": Row("a page is taken from the list while it is visited", "kept, and visited no more",
                             _in("faults/config/test_files",
                                 "a_page_taken_from_the_list_during_its_visit_is_kept_and_not_visited_again")),
}  # fmt: skip

_S3, _SPOOL, _VERIFY = "store/test_s3_store", "store/spool/test_", "store/test_verifying"
_AWAY, _CRASH = "faults/storage/test_store_away", "crash/test_crash"

STORAGE: dict[str, Row] = {
    "away": Row("S3 is down, dies in mid-upload, is slow, hangs, refuses in storms",
                "capture goes on into the spool up to its limit; uploads resume, with growing, spread waits",
                _in(_AWAY, "while_the_store_refuses_visits_are_kept_and_with_the_store_back_all_are_sent",
                    "a_store_that_takes_the_request_and_does_not_answer_is_given_up")
                + _in(_S3, "a_closed_port_is_named", "an_upload_that_breaks_off_leaves_no_parts")
                + _in("store/test_uploading", "tries_of_many_crawlers_are_spread")
                + _in("main_job/test_full_spool", "visits_resume_when_a_full_spool_has_room_again")
                + _in(_CRASH, "nothing_acknowledged_is_lost_before_a_failing_store")),
    "lost-answer": Row("the answer is lost after success; the key holds other bytes",
                       "found done; another name, nothing overwritten",
                       _in(_S3, "a_put_whose_answer_was_lost_is_found_done",
                           "a_large_file_whose_last_answer_was_lost_is_found_done",
                           "a_put_whose_every_answer_was_lost_is_found_done_later")
                       + _in("store/test_uploading",
                             "a_key_that_others_have_taken_holds_up_nothing_and_is_left_alone")),
    "refused": Row("wrong credentials, clock, bucket, region", "named without the secret, no loop of requests",
                   _in(_AWAY, "a_refusal_is_named_without_the_secret_and_asked_for_a_few_times_at_most")
                   + _in(_S3, "wrong_credentials_are_named_and_not_repeated", "missing_credentials_are_named",
                         "a_wrong_clock_is_named", "a_missing_bucket_is_named")),
    "corrupted": Row("bytes are damaged on their way", "refused by their checksum, sent again",
                     _in(_S3, "bytes_damaged_on_their_way_are_refused")
                     + _in("store/test_uploading", "a_file_that_reads_differently_the_second_time_is_not_stored")),
    "disk": Row("a full or failing disk, at any write", "not acknowledged, nothing torn, recovers alone",
                _in("faults/storage/test_disk",
                    "at_whichever_operation_the_disk_fails_once_all_that_was_acknowledged_is_there",
                    "on_a_disk_that_is_full_nothing_is_acknowledged_and_with_room_again_all_is",
                    "system_calls_that_fail_one_at_a_time_cost_nothing_that_was_acknowledged")
                + _in(_SPOOL + "disk", "after_a_failed_fsync_the_next_visit_goes_to_a_new_file")),
    "spool-owner": Row("a spool of another user, without permission, or in use", "refused at the start, by name",
                       _in("faults/storage/test_spool_owner",
                           "a_spool_of_another_user_or_without_write_permission_is_refused_at_the_start")
                       + _in(_SPOOL + "writer", "the_lock_names_the_process_that_holds_it"),
                       not_yet="secrets in files of ours: credentials are boto3's own, which names what is missing"),
    "object-damaged": Row("an object is deleted, overwritten or flipped", "never served, named; others are served",
                          _in("faults/storage/test_damaged",
                              "a_damaged_object_is_never_served_named_by_verify_and_costs_no_other")
                          + _in(_VERIFY, "one_changed_bit_anywhere_is_found")
                          + _in("faults/api/test_requests",
                                "a_damaged_capture_is_502_with_its_id_and_others_are_answered")),
    "torn": Row("a torn last member, damage or garbage between members",
                "each whole record is kept, the rest quarantined, exit 1",
                _in(_SPOOL + "recovery", "recovery_cuts_at_the_last_whole_member_wherever_the_file_was_torn",
                    "a_file_whose_first_member_is_torn_is_quarantined_whole")
                + _in("store/test_mending", "a_flipped_byte_costs_its_record_and_none_behind_it",
                      "what_was_put_between_two_records_goes_and_rows_point_to_where_the_records_lie_now",
                      "no_record_is_made_of_a_body_that_holds_records")
                + _in("faults/storage/test_damaged_spool",
                      "it_costs_the_record_that_it_hit_and_no_other_that_was_acknowledged",
                      "the_start_and_verify_and_doctor_say_so",
                      "the_archive_is_whole_again_and_the_store_alone_tells_the_same")
                + _in(_VERIFY, "bytes_between_records_are_found",
                      "what_lies_in_quarantine_is_a_finding_until_it_is_moved_away")),
    "large": Row("huge files, very many objects, uploads left half done", "rolled far below, paged, given up",
                 _in(_S3, "a_listing_goes_on_past_a_thousand")
                 + _in("store/test_uploading", "parts_of_a_dead_process_are_given_up_and_no_others")
                 + _in("store/test_object_store", "a_large_file_arrives_whole")
                 + _in("faults/storage/test_rolling", "a_file_is_sealed_by_its_size_and_by_its_age")),
}  # fmt: skip

CATALOG: dict[str, Row] = {
    "lost": Row("the catalog is gone, or older than the store", "rebuilt from the store; what it lacks is listed",
                _in("rebuild/test_equal", "a_day_of_all_that_pages_do")
                + _in("rebuild/test_verb", "replace_makes_all_of_it_again")
                + _in("faults/catalog/test_old_copy",
                      "yesterdays_catalog_is_refused_until_it_is_made_again",
                      "a_lost_catalog_is_refused_too",
                      "a_newer_file_of_its_own_is_a_reason",
                      "a_file_that_the_catalog_still_takes_for_open_is_a_reason",
                      "what_still_lies_in_the_spool_is_none",
                      "files_of_others_are_none",
                      "older_files_that_were_merged_are_none",
                      "a_strangers_object_under_a_key_of_ours_is_none",
                      "a_new_spool_beside_an_old_store_is_none",
                      "of_a_store_of_years_a_few_days_are_listed",
                      "a_store_that_cannot_be_asked_keeps_nobody_from_crawling")
                + _in("faults/catalog/test_damaged",
                      "a_damaged_catalog_is_named_with_the_steps_that_make_it_again",
                      "after_these_steps_it_is_what_it_was",
                      "one_that_is_damaged_while_it_is_open_is_named_too")
                + _in(_VERIFY, "objects_that_the_catalog_does_not_know_are_noted")),
    "connection": Row("locked by others; cut off before and after the commit", "tried again; each row is there once",
                      _in("faults/catalog/test_connection",
                          "a_connection_that_is_lost_is_made_anew_and_each_visit_is_there_once",
                          "a_database_that_is_locked_for_a_while_is_waited_for",
                          "a_database_that_stays_locked_is_named")
                      + _in(_SPOOL + "catalog", "rows_of_acknowledged_visits_are_written_when_the_catalog_is_back")),
    "odd-text": Row("NUL, half characters, characters beyond 16 bits, very long texts", "one rule, stated",
                    _in("store/test_catalog", "any_text_is_kept", "a_lone_surrogate_is_replaced_and_the_rest_kept")
                    + _in("store/test_catalog_many", "a_text_may_be_long")),
    "schema": Row("a schema that is newer, or older", "refused and left alone; migrated once, copied before, resumable",
                  _in("store/test_catalog", "a_newer_schema_is_refused_and_left_alone")
                  + _in("faults/catalog/test_migration",
                        "an_older_schema_is_migrated_once_with_a_copy_of_what_was_there",
                        "a_migration_that_is_killed_is_simply_made_at_the_next_opening")),
    "dangling": Row("a row without its object, an object without its row", "verify finds both",
                    _in(_VERIFY, "a_capture_that_points_beyond_its_file_or_to_none_is_found",
                        "objects_that_the_catalog_does_not_know_are_noted",
                        "a_file_that_is_gone_names_all_its_captures")),
}  # fmt: skip

PROCESS: dict[str, Row] = {
    "killed": Row("SIGKILL at any moment", "nothing acknowledged is lost, nothing is invented",
                  _in(_CRASH, "nothing_acknowledged_is_lost_at_any_point_of_the_write_order",
                      "nothing_acknowledged_is_lost_when_recovery_is_killed_too",
                      "nothing_acknowledged_is_lost_at_random_moments",
                      "a_build_that_acknowledges_before_it_writes_is_caught")),
    "stopped": Row("SIGTERM, once and twice", "finished or given up in time, sealed, exit 0",
                   _in("main_job/test_stopping", "sigterm_at_any_moment_leaves_no_visit_without_an_end")
                   + _in("faults/process/test_stopped",
                         "told_to_stop_twice_it_waits_for_nobody_seals_and_gives_each_visit_its_end")),
    "two-workers": Row("two crawlers in one store and catalog", "the second names the first; or both are kept apart",
                       _in("rebuild/test_equal", "two_crawlers_at_once_in_one_store")
                       + _in("store/test_catalog_writers", "two_writers_that_tell_the_same_visits_write_them_once")
                       + _in("crawler/test_alone", "a_second_crawler_of_a_catalog_names_the_first"),
                       not_yet="leases with fencing, with which several crawlers share one watch list"),
    "reader-dies": Row("out of memory, or a crash, in extraction", "the capture is kept; read later",
                       _in("faults/network/test_workers",
                           "a_page_that_kills_its_reader_costs_no_other_page_its_reading",
                           "a_reader_cannot_take_more_memory_than_its_limit")),
    "power-loss": Row("the power fails at any operation", "no more is lost than is stated",
                      _in("crash/test_replay", "a_power_loss_at_any_moment_loses_nothing_acknowledged",
                          "a_power_loss_while_recovering_loses_nothing_acknowledged",
                          "names_that_are_not_synced_are_caught")),
    "descriptors": Row("no descriptors, no further process", "errors, then recovery at the next visit",
                       _in("faults/process/test_stopped",
                           "with_too_few_descriptors_nothing_is_lost_and_the_next_crawl_reads_all")),
    "upgrade": Row("an upgrade in the middle of a crawl", "the old spool is recovered by the new version",
                   _in("faults/process/test_upgrade", "a_spool_of_another_version_is_recovered_by_this_one")),
}  # fmt: skip

_ASKED, _SERVICE, _SLOW = "faults/api/test_requests", "retrieval/web/test_service", "faults/api/test_slow"

API: dict[str, Row] = {
    "traversal": Row("addresses that lead up, to the root, through NUL and overlong letters", "400 or 404, no file",
                     _in(_ASKED, "no_address_leads_to_a_file")
                     + _in("retrieval/web/test_warcs", "what_the_catalog_does_not_know_is_not_found")
                     + _in("faults/replay/test_wall", "no_address_leads_to_a_file_of_this_machine")),
    "line-ends": Row("line ends in parameters, addresses and captured fields", "no header of their own",
                     _in(_ASKED, "no_parameter_becomes_a_header",
                         "what_a_capture_said_becomes_no_header_but_under_a_name_that_nobody_obeys",
                         "an_odd_header_is_no_fault_of_ours")
                     + _in("faults/replay/test_wall", "no_line_end_in_an_address_makes_a_header")),
    "scripts": Row("scripts in texts, ids, links and questions", "text in every page and error",
                   _in("faults/api/test_inert", "a_stored_script_runs_nowhere",
                       "what_is_no_page_of_ours_says_so_and_every_answer_has_its_walls")
                   + _in("faults/replay/test_isolation", "what_is_asked_for_is_text_in_what_is_answered")
                   + _in("retrieval/test_diffpage", "hostile_text_is_inert_wherever_it_stands"),
                   not_yet="a feed"),
    "syntax": Row("SQL, wildcards, expressions, any text", "bound as text; 400",
                  _in(_ASKED, "a_syntax_of_somewhere_else_is_a_text_here",
                      "any_text_as_a_parameter_is_answered_in_order")
                  + _in("retrieval/cdx/test_answer", "an_expression_that_would_never_end_is_stopped"),
                  not_yet="search in full texts"),
    "too-much": Row("huge limits and offsets, many versions, very long texts", "refused, in parts, coarse and said so",
                    _in(_ASKED, "too_much_is_refused_or_cut_off")
                    + _in("faults/api/test_large", "versions_come_in_parts",
                          "more_than_can_be_compared_in_full_is_compared_coarsely_and_said_so")
                    + _in("retrieval/web/test_memento",
                          "odd_answers_do_no_harm_and_long_histories_come_in_parts")
                    + _in("diff/test_bounds", "two_long_texts_are_compared_coarsely_and_say_so")
                    + _in("store/test_catalog_many",
                          "one_page_may_have_many_versions_and_one_version_many_changes")),
    "token": Row("no token, a wrong one, one in the address", "401; taken in no other place, in no log",
                 _in(_SERVICE, "beyond_this_machine_every_request_brings_the_token",
                     "beyond_this_machine_nothing_is_served_without_a_token")
                 + _in(_ASKED, "a_token_is_nowhere_in_the_log"),
                 not_yet="tokens that expire, or may do less than read: there is one, which reads"),
    "slow": Row("clients that say nothing, or take nothing; a thousand of them", "left in the end, others answered",
                _in(_SLOW, "a_request_that_does_not_become_whole_is_not_waited_for",
                    "a_header_that_comes_letter_by_letter_gets_no_more_time",
                    "who_takes_nothing_of_an_answer_is_left_and_who_takes_it_slowly_is_not",
                    "a_thousand_silent_connections_keep_nobody_out")),
    "hosts": Row("another Host, two, one in the request line, X-Forwarded-Host", "refused; addresses by configuration",
                 _in(_ASKED, "another_host_is_not_answered")
                 + _in(_SERVICE, "a_foreign_host_name_that_leads_here_is_not_answered",
                       "what_a_client_says_of_hosts_never_comes_into_an_address")),
    "no-original": Row("a revisit whose original is gone", "502 with both ids, no empty page",
                       _in(_ASKED, "a_revisit_without_its_original_is_502_with_both_ids")),
}  # fmt: skip

_WALL, _ISOLATION = "faults/replay/test_wall", "faults/replay/test_isolation"

REPLAY: dict[str, Row] = {
    "hosts": Row("a name of somebody else that leads to this machine", "one line, nothing of the archive",
                 _in(_WALL, "another_host_name_gets_one_line_and_nothing_of_the_archive",
                     "its_own_names_are_answered", "no_port_of_it_answers_to_a_foreign_name",
                     "what_a_client_says_of_hosts_and_schemes_never_comes_into_an_answer")
                 + _in(_ISOLATION, "a_foreign_name_that_leads_here_reads_nothing")
                 + _in("retrieval/test_replay", "a_pywb_without_the_wall_is_not_served")),
    "captured-script": Row("a captured script reads the application, asks others, takes the window, stays on",
                           "refused each; no cookie, no service worker, nobody is told",
                           _in(_ISOLATION,
                               "a_captured_script_reads_nothing_of_the_application_and_tells_nobody",
                               "a_captured_page_in_a_frame_does_no_more_and_leaves_the_window_where_it_is",
                               "at_the_origin_of_stored_bytes_nothing_runs_and_nothing_is_asked_for")
                           + _in(_WALL, "no_captured_script_becomes_a_service_worker"),
                           not_yet="captures parted from each other in pywb, which share its origin"),
    "captured-header": Row("captured fields that open an origin, set cookies, lead away", "not given on",
                           _in(_WALL, "what_a_capture_says_to_browsers_is_not_given_on")
                           + _in(_ISOLATION, "another_site_reads_nothing_of_a_capture_that_was_open_to_all")),
    "normal-use": Row("a page that does no harm", "looks as it did",
                      _in(_ISOLATION, "a_replayed_page_looks_as_it_did")),
}  # fmt: skip

EXPORT: dict[str, Row] = {
    "killed": Row("an export ends halfway: SIGKILL, signals, a full disk", "no half file has the name",
                  _in("faults/export/test_killed",
                      "after_sigkill_no_half_file_has_the_name_and_the_next_export_is_whole")
                  + _in("retrieval/export/test_refusals",
                        "whoever_ends_it_in_the_middle_finds_nothing_left_behind",
                        "a_full_disk_is_named_and_leaves_nothing_behind",
                        "nothing_has_the_name_if_the_last_step_fails")),
    "obeyed": Row("texts that a program which reads the file would obey", "text, in a line of its own",
                  _in("faults/export/test_killed", "a_title_that_a_reader_would_obey_is_one_line_of_json")
                  + _in("retrieval/export/test_wacz", "a_title_that_would_be_obeyed_is_only_text"),
                  not_yet="tables for spreadsheets, whose cells have to be escaped"),
    "foreign": Row("a package of others: names that lead out, links, bombs, sizes that lie, wrong digests",
                   "refused while it streams, by name; the rest is taken, and nothing twice",
                   _in("imports/test_foreign_wacz",
                       "names_that_could_do_harm_are_refused_and_the_rest_is_read",
                       "links_and_second_members_of_a_name_are_refused",
                       "a_bomb_is_refused_unread",
                       "a_file_without_its_digest_is_refused_before_anything_of_it_is_taken",
                       "one_that_was_cut_short",
                       "a_directory_of_millions_is_refused_before_it_is_read")
                   + _in("imports/test_foreign_warc",
                         "a_bomb_is_refused_in_little_memory",
                         "behind_a_wrong_checksum_the_rest_goes_on",
                         "a_record_above_the_limit_is_refused_and_the_next_one_taken")
                   + _in("imports/test_import",
                         "what_is_wrong_is_refused_by_name_and_the_rest_is_taken",
                         "an_import_that_was_killed_goes_on_and_takes_nothing_twice")),
}  # fmt: skip

GROUPS = {
    "time": TIME, "config": CONFIG, "storage": STORAGE, "catalog": CATALOG, "process": PROCESS, "api": API,
    "replay": REPLAY, "export": EXPORT,
}  # fmt: skip
