"""The database itself refuses what no code should send, by the constraint that is named after it."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.conftest import Databases
from tests.world import TIANQIAO, id_of

TERM = "'[2025-01-01 00:00+08, 2028-01-01 00:00+08)'"


def appointment(person: str, post: str, seat: int, during: str = TERM, rest: str = "NULL") -> str:
    return (
        "INSERT INTO appointment (street_id, person_id, post_id, seat, during, step, rests_on,"
        f" contract_id) VALUES ({TIANQIAO}, '{id_of(person)}', '{id_of(post)}', {seat}, {during},"
        f" {rest if ',' in rest else f'{rest}, {rest}, {rest}'})"
    )


WANG, CONTRACT = id_of("wang in huayuan branch"), id_of("contract of huayuan")
HELD, FREE = "secretary of huayuan branch", "members of chenguang branch"
CROSS = f"3, '{WANG}', '{CONTRACT}'"
LATER = "'[2027-01-01 00:00+08, 2028-01-02 00:00+08)'"
BALLOT = (
    "INSERT INTO ballot (street_id, meeting_id, rater_id, party, subject_kind, subject_id, marks,"
    " cast_at, channel) VALUES ({street}, '{meeting}', '{rater}', 'resident_unit', 'enterprise',"
    " '{subject}', '{{}}', now(), '{channel}')"
)
NAMES = {
    "street": TIANQIAO,
    "meeting": id_of("meeting"),
    "rater": id_of("liu in library"),
    "subject": id_of("chenguang"),
    "channel": "paper",
}
DISPUTE = (
    "INSERT INTO dispute (street_id, quarter_id, category, title, summary, state, agreed_at,"
    " closed_at, satisfaction, reported_at, due_at, last_step_at) VALUES"
    f" ({TIANQIAO}, '{id_of('huayuan')}', '0402', 't', 's', {{}}, now(), now(), now())"
)
PERSON = (
    "INSERT INTO person (street_id, name, name_masked, name_sought, name_listed, phone_encrypted,"
    " party_member, entered_at, erased_at, merged_into) VALUES ({street}, {name}, {name}, {name},"
    " {listed}, {phone}, {party_member}, now(), {erased_at}, {merged_into})"
)
NOBODY = {
    "street": TIANQIAO,
    "name": "'x'",
    "listed": "'x'",
    "phone": "NULL",
    "party_member": "NULL",
    "erased_at": "NULL",
    "merged_into": "NULL",
}
ERASED = {"name": "NULL", "listed": "NULL", "erased_at": "now()"}
RUN = (
    "INSERT INTO evaluation_run (street_id, id, period_from, period_until, kinds, rubric_id, state,"
    f" requested_by, requested_at) VALUES ({TIANQIAO}, '{id_of('run')}', {{period}},"
    f" {{kinds}}, '{id_of('rubric')}', 'queued', 'x', now())"
)
OCTOBER = "'2026-10-01', '2026-11-01'"
A_RUN = RUN.format(period=OCTOBER, kinds="'{credit_rating}'")
COMPUTED = "drafted_at = now(), input_sha256 = 'x', engine_version = '1'"
CONFIRMED = "confirmed_at = now(), confirmed_in_capacity = uuidv7()"
SERVED = "service_method = 'mail', service_evidence = 'x', served_at = now(), notice_until = now()"
RESULT = (
    "INSERT INTO evaluation_result (street_id, run_id, kind, subject_kind, subject_id, grade,"
    f" explanation) VALUES ({TIANQIAO}, '{id_of('run')}', 'credit_rating', 'enterprise',"
    f" '{id_of('chenguang')}', 'A', '{{}}')"
)
RECORD = (
    "INSERT INTO record (street_id, subject_kind, subject_id, kind, class, code, title, basis,"
    f" occurred_on) VALUES ({TIANQIAO}, 'enterprise', '{id_of('chenguang')}', '{{kind}}', {{grade}},"
    " 'c', 't', 'b', '2026-10-01')"
)
CONTRACT_END = (
    "INSERT INTO service_contract_end (street_id, contract_id, reason, ends_at, during, entered_at,"
    f" entered_by) VALUES ({TIANQIAO}, '{CONTRACT}', {{}}, {TERM}, now(), 'clients/li')"
)
NEW_GRID = f"INSERT INTO grid (street_id, id, level) VALUES ({TIANQIAO}, '{id_of('new')}', 'unit')"
NEW_PLACE = (
    "INSERT INTO grid_placement (street_id, grid_id, path, during) VALUES"
    f" ({TIANQIAO}, '{id_of('new')}', '{TIANQIAO}/001/{{}}', '[2026-01-01,)')"
)
NEW_HEIR = (
    "INSERT INTO grid_heir (street_id, grid_id, heir_id, during)"
    f" SELECT {TIANQIAO}, one.grid_id, other.grid_id, '[2026-01-01,)'"
    " FROM grid_description one, grid_description other"
    " WHERE one.name = '{}' AND other.name = '{}'"
)
PROPOSAL = (
    "INSERT INTO appointment_proposal (street_id, person_id, post_id, during, evidence, proposed_at,"
    f" proposer, state, decided_at, decider, reason) VALUES ({TIANQIAO}, '{id_of('liu')}',"
    f" '{id_of('director of huayuan committee')}', {TERM}, '[]', now(), 'feng', {{}})"
)


def dissolve(organisation: str) -> str:
    return f"UPDATE organisation SET during = '(,2026-01-01)' WHERE id = '{id_of(organisation)}'"


LED_BY_BINHE = (
    f"UPDATE organisation SET community_party_org_id = '{id_of('binhe committee')}'"
    f" WHERE id = '{id_of('chenguang branch')}'"
)
END_POSTS_OF_BINHE = (
    "WITH ended AS (UPDATE appointment SET during = '[2025-01-01,2026-01-01)'"
    f" WHERE id = '{id_of('he in binhe committee')}')"
    f" UPDATE post SET during = '(,2026-01-01)' WHERE organisation_id = '{id_of('binhe committee')}'"
)
COMMITTEE = (
    "INSERT INTO committee_term (street_id, organisation_id, quarter_id, kind, during, members,"
    " voted_on, votes, file_by, renew_from, party_members, party_aim_percent, hand_over_by) VALUES"
    f" ({TIANQIAO}, '{id_of('jiayuan committee')}', '{id_of('jiayuan')}', 'owners_committee',"
    " '[2026-01-02,2031-01-02)', 5, '2026-01-01', '{}', '2026-02-01', '2030-10-01', 1, 30,"
    " '2031-01-12')"
)
STAND_IN = (
    "INSERT INTO committee_term (street_id, organisation_id, quarter_id, kind, during, members, owners)"
    f" VALUES ({TIANQIAO}, '{id_of('library')}', '{id_of('jiayuan')}',"
    " 'property_management_committee', '[2030-12-31,)', 7, 4)"
)
REFUSED = [
    ("appointment__post_taken", [appointment("liu", HELD, 1)]),
    ("appointment__already_holds_post", [appointment("wang", HELD, 2)]),
    # A cross-appointment that outlasts the appointment, or the contract, it rests on.
    (
        "appointment__source_not_in_force__source_id",
        [
            "UPDATE service_contract SET during = tstzrange(lower(during), NULL)",
            appointment("wang", FREE, 1, LATER, CROSS),
        ],
    ),
    (
        "appointment__source_not_in_force__contract_id",
        [
            f"UPDATE appointment SET during = tstzrange(lower(during), NULL) WHERE id = '{WANG}'",
            appointment("wang", FREE, 1, LATER, CROSS),
        ],
    ),
    # A source, or a contract, that is cut short under what rests on it.
    (
        "appointment__source_not_in_force__source_id",
        [
            appointment("wang", FREE, 1, TERM, CROSS),
            f"UPDATE appointment SET during = tstzrange(lower(during), now()) WHERE id = '{WANG}'",
        ],
    ),
    (
        "appointment__source_not_in_force__contract_id",
        [
            appointment("wang", FREE, 1, TERM, CROSS),
            "UPDATE service_contract SET during = tstzrange(lower(during), '2026-01-01')",
        ],
    ),
    # Nothing is ended, withdrawn or decided without saying why, by whom.
    ("appointment__withdrawn", ["UPDATE appointment SET during = NULL"]),
    ("appointment__withdrawn", ["UPDATE appointment SET end_reason = 'withdrawn'"]),
    (
        "appointment__ended",
        ["UPDATE appointment SET during = tstzrange(now(), NULL), end_reason = 'death'"],
    ),
    ("appointment__end_reason", ["UPDATE appointment SET end_reason = 'boredom'"]),
    ("appointment_proposal__decided", [PROPOSAL.format("'rejected', NULL, NULL, 'x'")]),
    ("appointment_proposal__approved", [PROPOSAL.format("'approved', now(), 'li', NULL")]),
    ("appointment_proposal__rejected", [PROPOSAL.format("'rejected', now(), 'li', NULL")]),
    ("appointment_proposal__own_proposal", [PROPOSAL.format("'rejected', now(), 'feng', 'x'")]),
    ("appointment_proposal__own_proposal", [PROPOSAL.format("'withdrawn', now(), 'li', NULL")]),
    ("service_contract_end__withdrawn", [CONTRACT_END.format("'withdrawn', now()")]),
    ("service_contract_end__withdrawn", [CONTRACT_END.format("'agreed', NULL")]),
    ("appointment__step_rests", [appointment("wang", FREE, 1, TERM, "3, NULL, NULL")]),
    ("appointment__step", [appointment("wang", FREE, 1, TERM, f"6, '{WANG}', NULL")]),
    (
        "service_contract__quarter_already_served",
        [
            (
                "INSERT INTO service_contract (street_id, enterprise_id, quarter_id, during, file_by)"
                f" VALUES ({TIANQIAO}, '{id_of('wanjia')}', '{id_of('huayuan')}', '[2027-12-31,)',"
                " '2028-01-15')"
            )
        ],
    ),
    (
        "service_contract__contract_dates_wrong",
        ["UPDATE service_contract SET signed_on = '2026-01-02', filed_on = '2026-01-01'"],
    ),
    # A quarter has one committee at a time, of whichever kind; what was elected has all that follows.
    ("committee_term__committee_there_already", [COMMITTEE, STAND_IN]),
    ("committee_term__committee_there_already", [STAND_IN, COMMITTEE]),
    ("committee_term__elected", [COMMITTEE, "UPDATE committee_term SET voted_on = NULL"]),
    ("committee_term__elected", [STAND_IN, "UPDATE committee_term SET party_members = 1"]),
    ("committee_term__owners", [STAND_IN, "UPDATE committee_term SET owners = NULL"]),
    ("committee_term__members", [STAND_IN, "UPDATE committee_term SET owners = 8"]),
    ("committee_term__members", [COMMITTEE, "UPDATE committee_term SET party_members = 6"]),
    ("committee_term__filed", [COMMITTEE, "UPDATE committee_term SET filed_on = '2026-01-02'"]),
    (
        "committee_term__committee_dates_wrong",
        [
            COMMITTEE,
            (
                "UPDATE committee_term SET filed_on = '2025-12-31', filing_number = '7',"
                " confirmed_at = now(), confirmer = 'li'"
            ),
        ],
    ),
    (
        "committee_term__end",
        [COMMITTEE, "UPDATE committee_term SET during = '[2026-01-02,)', hand_over_by = NULL"],
    ),
    ("committee_term__end", [STAND_IN, "UPDATE committee_term SET hand_over_by = '2026-01-01'"]),
    ("committee_term__kind", [STAND_IN, "UPDATE committee_term SET kind = 'x'"]),
    (
        "committee_term__organisation_dissolved__organisation_id",
        [
            *(COMMITTEE, dissolve("wanjia")),
            f"UPDATE committee_term SET organisation_id = '{id_of('wanjia')}'",
        ],
    ),
    # What belongs to an organisation lies within its time, whichever of the two is changed.
    ("organisation__organisation_dissolved__parent_id", [dissolve("chenguang")]),
    (
        "organisation__organisation_dissolved__community_party_org_id",
        [LED_BY_BINHE, END_POSTS_OF_BINHE, dissolve("binhe committee")],
    ),
    ("post__organisation_dissolved__organisation_id", [dissolve("library")]),
    (
        "service_contract__organisation_dissolved__enterprise_id",
        [
            dissolve("wanjia"),
            f"UPDATE service_contract SET enterprise_id = '{id_of('wanjia')}'",
        ],
    ),
    (
        "appointment__organisation_dissolved__post_id",
        [f"UPDATE post SET during = '(,2026-01-01)' WHERE id = '{id_of('director of library')}'"],
    ),
    (
        "organisation__dual_leadership_not_here",
        [f"UPDATE organisation SET community_party_org_id = '{id_of('binhe committee')}'"],
    ),
    ("organisation__credit_code_taken", ["UPDATE organisation SET uscc = 'x'"]),
    (
        "post__leader_there_already",
        [
            (
                "INSERT INTO post (street_id, kind, name, seats, organisation_id) VALUES"
                f" ({TIANQIAO}, 'director', 'x', 1, '{id_of('library')}')"
            )
        ],
    ),
    (
        "meeting__meetings_overlap",
        [
            (
                "INSERT INTO meeting (street_id, quarter_id, kind, hall, during) VALUES"
                f" ({TIANQIAO}, '{id_of('huayuan')}', 'weekly', 'x',"
                " '[2026-10-13 20:59+08, 2026-10-13 22:00+08)')"
            )
        ],
    ),
    ("grid_placement__grid_code_taken", [NEW_GRID, NEW_PLACE.format("0001")]),
    # A unit's number is its own in the community, whichever quarter or lane it stands in.
    ("grid_placement__unit_number_taken", [NEW_GRID, NEW_PLACE.format("0002/012")]),
    (
        "rubric__rubric_in_force",
        [
            (
                "INSERT INTO rubric (street_id, code, edition, document, sha256, form, during) VALUES"
                f" ({TIANQIAO}, 'x', '1', '{{}}', '', '{{}}', '[2030-01-01,)')"
            )
        ],
    ),
    ("ballot__not_present", [BALLOT.format_map(NAMES | {"rater": id_of("lin on huayuan")})]),
    ("ballot__already_marked", [BALLOT.format_map(NAMES)] * 2),
    ("ballot__channel", [BALLOT.format_map(NAMES | {"channel": "smoke"})]),
    ("evaluation_result__result_twice", [A_RUN, RESULT, RESULT]),
    (
        "evaluation_result__score",
        [A_RUN, RESULT, "UPDATE evaluation_result SET score = -1"],
    ),
    (
        "evaluation_result__subject_not_of_that_kind",
        [A_RUN, RESULT.replace("'enterprise'", "'organisation'")],
    ),
    (
        "evaluation_run__period",
        [RUN.format(period="'2026-10-01', '2026-10-01'", kinds="'{credit_rating}'")],
    ),
    ("evaluation_run__kinds", [RUN.format(period=OCTOBER, kinds="'{}'")]),
    ("evaluation_run__kinds", [RUN.format(period=OCTOBER, kinds="'{credit_rating,charm}'")]),
    # What a state says has happened, has a time and a proof; what has not, has none.
    ("evaluation_run__failed", [A_RUN, "UPDATE evaluation_run SET state = 'failed'"]),
    ("evaluation_run__failed", [A_RUN, "UPDATE evaluation_run SET failure = '{}'"]),
    ("evaluation_run__drafted", [A_RUN, "UPDATE evaluation_run SET state = 'drafted'"]),
    ("evaluation_run__drafted", [A_RUN, "UPDATE evaluation_run SET input_sha256 = 'x'"]),
    (
        "evaluation_run__served",
        [A_RUN, f"UPDATE evaluation_run SET state = 'under_notice', {COMPUTED}"],
    ),
    (
        "evaluation_run__served",
        [A_RUN, f"UPDATE evaluation_run SET state = 'drafted', {COMPUTED}, served_at = now()"],
    ),
    (
        "evaluation_run__confirmed",
        [A_RUN, f"UPDATE evaluation_run SET state = 'final', {COMPUTED}, {SERVED}"],
    ),
    ("dispute__state", [DISPUTE.format("'lost', NULL, NULL, NULL")]),
    ("dispute__satisfaction", [DISPUTE.format("'closed', now(), now(), 101")]),
    ("dispute__agreed", [DISPUTE.format("'agreed', NULL, NULL, NULL")]),
    ("dispute__agreed", [DISPUTE.format("'reported', now(), NULL, NULL")]),
    ("dispute__closed", [DISPUTE.format("'closed', now(), now(), NULL")]),
    ("dispute__closed", [DISPUTE.format("'agreed', now(), now(), NULL")]),
    ("dispute__closed", [DISPUTE.format("'reported', NULL, NULL, 80")]),
    ("record__class_missing", [RECORD.format(kind="penalty", grade="NULL")]),
    ("record__class_missing", [RECORD.format(kind="commendation", grade="'minor'")]),
    ("person__phone", ["UPDATE person SET phone_masked = NULL"]),
    (
        "grid_description__management_not_here",
        ["UPDATE grid_description SET management = 'three_nos'"],
    ),
    *(
        (
            "grid_description__attribute_not_here",
            [f"UPDATE grid_description SET {said} WHERE level = '{level}'"],
        )
        for said, level in (
            ("cameras = 'signed'", "community"),
            ("access_control = true", "street"),
            (f"central_household_id = '{id_of('household 101')}'", "community"),
            ("service_centre = 'x'", "lane"),
            ("hall = 'x'", "unit"),
        )
    ),
    (
        "grid_description__cameras",
        ["UPDATE grid_description SET cameras = 'hidden' WHERE level = 'unit'"],
    ),
    *(
        (
            "grid_description__party_org_not_of_level",
            [f"UPDATE grid_description SET party_org_id = '{id_of(name)}' WHERE level = '{level}'"],
        )
        for name, level in (("huayuan branch", "community"), ("library", "quarter"))
    ),
    ("grid__merged_is_closed", [f"UPDATE grid SET merged_into = '{id_of('binhe')}'"]),
    ("grid_heir__another", [NEW_HEIR.format("huayuan", "huayuan")]),
    ("grid_heir__during", [NEW_HEIR.format("huayuan", other) for other in ("jiayuan", "laoyuan")]),
    ("household_placement__residents", ["UPDATE household_placement SET residents = -1"]),
    (
        "household_placement__during",
        [
            (
                "INSERT INTO household_placement (street_id, household_id, grid_id, address,"
                " residents, during) SELECT street_id, household_id, grid_id, '?', 1, during"
                " FROM household_placement"
            )
        ],
    ),
    (
        "household_placement__household_taken",
        [
            (
                "UPDATE household_placement SET address = '1室',"
                f" grid_id = '{id_of('huayuan unit 1')}' WHERE street_id = {TIANQIAO}"
            )
        ],
    ),
    (
        "post__one_place",
        [
            (
                "INSERT INTO post (street_id, kind, name, seats, organisation_id, grid_id) VALUES"
                f" ({TIANQIAO}, 'member', 'x', 1, '{id_of('library')}', '{id_of('huayuan')}')"
            )
        ],
    ),
    (
        "post__seats",
        [
            (
                "INSERT INTO post (street_id, kind, name, seats, organisation_id) VALUES"
                f" ({TIANQIAO}, 'member', 'x', 51, '{id_of('library')}')"
            )
        ],
    ),
    # Nothing refers to another street, not even by the owner's hand.
    (
        "household_placement__unknown_reference__grid_id",
        [
            (
                "INSERT INTO household_placement (street_id, household_id, grid_id, address,"
                f" residents, during) SELECT street_id, id, '{id_of('next quarter')}', '?', 1,"
                " '[2020-01-01,2020-01-02)' FROM household"
            )
        ],
    ),
    (
        "grid_description__unknown_reference__central_household_id",
        [
            (
                f"UPDATE grid_description SET central_household_id = '{id_of('next quarter')}'"
                " WHERE level = 'unit'"
            )
        ],
    ),
    ("person__unknown_reference__street_id", [PERSON.format_map(NOBODY | {"street": 411104099})]),
    ("person__name", [PERSON.format_map(NOBODY | {"name": "NULL"})]),
    ("person__name", [PERSON.format_map(NOBODY | {"listed": "NULL"})]),
    ("person__name", [PERSON.format_map(NOBODY | ERASED | {"listed": "'x'"})]),
    ("person__name", [PERSON.format_map(NOBODY | {"erased_at": "now()"})]),
    ("person__name", [PERSON.format_map(NOBODY | {"merged_into": f"'{id_of('wang')}'"})]),
    ("person__phone", [PERSON.format_map(NOBODY | {"phone": "'x'"})]),
    # What was erased leaves nothing behind, not in the next column either.
    ("person__gone", [PERSON.format_map(NOBODY | ERASED | {"party_member": "true"})]),
    ("event_head__id_taken", [f"INSERT INTO event_head (street_id) VALUES ({TIANQIAO})"]),
]


@pytest.fixture
async def owner(databases: Databases, database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(databases.url(database))
    yield connection
    await connection.close()


@pytest.mark.parametrize(("constraint", "statements"), REFUSED, ids=lambda one: str(one)[:50])
async def test_a_row_that_must_not_be_is_refused_by_name(
    owner: asyncpg.Connection, constraint: str, statements: list[str]
) -> None:
    *before, last = statements
    for statement in before:
        await owner.execute(statement)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
        await owner.execute(last)
    assert refused.value.constraint_name == constraint


async def test_what_a_place_or_term_allows_is_accepted(owner: asyncpg.Connection) -> None:
    """The refusals above are of the rule, not of the row."""
    for statement in (
        appointment("wang", FREE, 1, TERM, CROSS),
        appointment("liu", HELD, 1, "'[2028-01-01 00:00+08,)'"),
        BALLOT.format_map(NAMES),
        A_RUN,
        RESULT,
        f"UPDATE evaluation_run SET state = 'drafted', {COMPUTED}",
        f"UPDATE evaluation_run SET state = 'under_notice', {SERVED}",
        f"UPDATE evaluation_run SET state = 'final', {CONFIRMED}",
        "UPDATE evaluation_run SET state = 'superseded'",
        DISPUTE.format("'closed', now(), now(), 100"),
        RECORD.format(kind="penalty", grade="'minor'"),
    ):
        await owner.execute(statement)


async def test_an_event_of_a_street_that_does_not_exist_cannot_be_numbered(
    owner: asyncpg.Connection,
) -> None:
    with pytest.raises(asyncpg.PostgresError, match="no rows"):
        await owner.execute(
            "INSERT INTO event (street_id, type, time, actor, subject, data)"
            " VALUES (411104099, 'x', now(), 'x', 'x', '{}')"
        )
