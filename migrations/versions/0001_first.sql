-- The first schema: tables, the event log's numbering, isolation by street, the evaluator's feed.
-- A statement ends with a semicolon and an empty line; migrations/sql.py splits there.

CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE street (
    street_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    district TEXT NOT NULL,
    city TEXT NOT NULL,
    province TEXT NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT street__id_taken PRIMARY KEY (street_id)
);

CREATE TABLE event_head (
    street_id INTEGER NOT NULL,
    last_no BIGINT DEFAULT '0' NOT NULL,
    last_hash BYTEA DEFAULT '\x' NOT NULL,
    CONSTRAINT event_head__id_taken PRIMARY KEY (street_id),
    CONSTRAINT event_head__unknown_reference__street_id FOREIGN KEY(street_id) REFERENCES street (street_id)
);

CREATE TABLE event (
    street_id INTEGER NOT NULL,
    no BIGINT NOT NULL,
    type TEXT NOT NULL,
    time TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    capacity UUID,
    subject TEXT NOT NULL,
    data JSONB NOT NULL,
    seal BYTEA,
    hash BYTEA NOT NULL,
    CONSTRAINT event__id_taken PRIMARY KEY (street_id, no)
);

CREATE TABLE signed_head (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    no BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    jws TEXT NOT NULL,
    CONSTRAINT signed_head__id_taken PRIMARY KEY (street_id, id)
);

CREATE TABLE idempotency (
    street_id INTEGER NOT NULL,
    actor TEXT NOT NULL,
    key TEXT NOT NULL,
    request_sha256 BYTEA NOT NULL,
    status INTEGER,
    answer TEXT,
    location TEXT,
    version INTEGER,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT idempotency__id_taken PRIMARY KEY (street_id, actor, key)
);

CREATE TABLE grid (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    level TEXT NOT NULL,
    name TEXT NOT NULL,
    management TEXT,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT grid__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT grid__level CHECK (level IN ('street', 'community', 'quarter', 'lane', 'unit')),
    CONSTRAINT grid__management CHECK (management IN ('professional', 'self_managed', 'three_nos')),
    CONSTRAINT grid__management_not_here CHECK (management IS NULL OR level IN ('quarter', 'lane')),
    CONSTRAINT grid__unknown_reference__street_id FOREIGN KEY(street_id) REFERENCES street (street_id)
);

CREATE TABLE grid_placement (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    grid_id UUID NOT NULL,
    parent_id UUID,
    path TEXT COLLATE "C" NOT NULL,
    during TSTZRANGE NOT NULL,
    CONSTRAINT grid_placement__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT grid_placement__unknown_reference__grid_id FOREIGN KEY(street_id, grid_id) REFERENCES grid (street_id, id),
    CONSTRAINT grid_placement__unknown_reference__parent_id FOREIGN KEY(street_id, parent_id) REFERENCES grid (street_id, id),
    CONSTRAINT grid_placement__during UNIQUE (street_id, grid_id, during WITHOUT OVERLAPS),
    CONSTRAINT grid_placement__grid_code_taken UNIQUE (street_id, path, during WITHOUT OVERLAPS)
);

CREATE INDEX grid_placement__grid_id ON grid_placement (street_id, grid_id);

CREATE INDEX grid_placement__path ON grid_placement (street_id, path);

CREATE TABLE household (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    grid_id UUID NOT NULL,
    address TEXT NOT NULL,
    residents INTEGER NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT household__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT household__unknown_reference__grid_id FOREIGN KEY(street_id, grid_id) REFERENCES grid (street_id, id),
    CONSTRAINT household__residents CHECK (residents >= 0)
);

CREATE INDEX household__grid_id ON household (street_id, grid_id);

CREATE TABLE organisation (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    grid_id UUID NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    parent_id UUID,
    uscc TEXT,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT organisation__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT organisation__unknown_reference__grid_id FOREIGN KEY(street_id, grid_id) REFERENCES grid (street_id, id),
    CONSTRAINT organisation__kind CHECK (kind IN ('community_party_org', 'quarter_party_org', 'owners_committee', 'enterprise_party_org', 'resident_unit', 'volunteer_point', 'street_working_committee', 'building_party_group', 'volunteer_station', 'property_enterprise', 'property_management_committee', 'management_department')),
    CONSTRAINT organisation__unknown_reference__parent_id FOREIGN KEY(street_id, parent_id) REFERENCES organisation (street_id, id),
    CONSTRAINT organisation__unknown_reference__street_id FOREIGN KEY(street_id) REFERENCES street (street_id)
);

CREATE INDEX organisation__grid_id ON organisation (street_id, grid_id);

CREATE INDEX organisation__kind ON organisation (street_id, kind);

CREATE TABLE person (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    name TEXT,
    name_masked TEXT,
    phone_encrypted BYTEA,
    phone_masked TEXT,
    phone_hash BYTEA,
    party_member BOOLEAN,
    entered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    erased_at TIMESTAMP WITH TIME ZONE,
    merged_into UUID,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT person__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT person__phone CHECK (num_nonnulls(phone_encrypted, phone_masked, phone_hash) IN (0, 3)),
    CONSTRAINT person__unknown_reference__merged_into FOREIGN KEY(street_id, merged_into) REFERENCES person (street_id, id),
    CONSTRAINT person__unknown_reference__street_id FOREIGN KEY(street_id) REFERENCES street (street_id),
    CONSTRAINT person__name CHECK (num_nonnulls(name, name_masked) = CASE WHEN num_nonnulls(erased_at, merged_into) = 0 THEN 2 ELSE 0 END),
    CONSTRAINT person__gone CHECK (num_nonnulls(erased_at, merged_into) = 0 OR num_nonnulls(phone_encrypted, party_member) = 0)
);

CREATE INDEX person__phone_hash ON person (street_id, phone_hash);

CREATE INDEX person__merged_into ON person (street_id, merged_into);

CREATE TABLE binding_code (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    person_id UUID NOT NULL,
    selector TEXT NOT NULL,
    code_hash BYTEA NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    wrong_tries INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT binding_code__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT binding_code__unknown_reference__person_id FOREIGN KEY(street_id, person_id) REFERENCES person (street_id, id)
);

CREATE INDEX binding_code__selector ON binding_code (street_id, selector);

CREATE INDEX binding_code__person_id ON binding_code (street_id, person_id);

CREATE TABLE binding_try (
    street_id INTEGER NOT NULL,
    account BYTEA NOT NULL,
    wrong INTEGER NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT binding_try__id_taken PRIMARY KEY (street_id, account),
    CONSTRAINT binding_try__binding_code_wrong FOREIGN KEY(street_id) REFERENCES street (street_id)
);

CREATE TABLE session (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    person_id UUID NOT NULL,
    client_id TEXT NOT NULL,
    device TEXT,
    family_sha256 BYTEA NOT NULL,
    refresh_sha256 BYTEA NOT NULL,
    begun_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT session__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT session__unknown_reference__person_id FOREIGN KEY(street_id, person_id) REFERENCES person (street_id, id)
);

CREATE INDEX session__person_id ON session (street_id, person_id);

CREATE TABLE post (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    organisation_id UUID,
    grid_id UUID,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    seats INTEGER NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT post__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT post__unknown_reference__organisation_id FOREIGN KEY(street_id, organisation_id) REFERENCES organisation (street_id, id),
    CONSTRAINT post__unknown_reference__grid_id FOREIGN KEY(street_id, grid_id) REFERENCES grid (street_id, id),
    CONSTRAINT post__kind CHECK (kind IN ('secretary', 'deputy_secretary', 'director', 'deputy_director', 'member', 'manager', 'grid_member', 'party_building_instructor', 'supervisor', 'volunteer', 'host', 'clerk', 'administrator', 'auditor')),
    CONSTRAINT post__one_place CHECK (num_nonnulls(organisation_id, grid_id) = 1),
    CONSTRAINT post__seats CHECK (seats BETWEEN 1 AND 50)
);

CREATE INDEX post__organisation_id ON post (street_id, organisation_id);

CREATE TABLE service_contract (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    enterprise_id UUID NOT NULL,
    quarter_id UUID NOT NULL,
    during TSTZRANGE NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT service_contract__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT service_contract__unknown_reference__enterprise_id FOREIGN KEY(street_id, enterprise_id) REFERENCES organisation (street_id, id),
    CONSTRAINT service_contract__unknown_reference__quarter_id FOREIGN KEY(street_id, quarter_id) REFERENCES grid (street_id, id),
    CONSTRAINT service_contract__quarter_already_served UNIQUE (street_id, quarter_id, during WITHOUT OVERLAPS),
    CONSTRAINT service_contract__during UNIQUE (street_id, id, during WITHOUT OVERLAPS)
);

CREATE INDEX service_contract__enterprise_id ON service_contract (street_id, enterprise_id);

CREATE TABLE appointment (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    person_id UUID NOT NULL,
    post_id UUID NOT NULL,
    seat SMALLINT NOT NULL,
    during TSTZRANGE NOT NULL,
    step SMALLINT,
    rests_on UUID,
    contract_id UUID,
    election JSONB,
    no_interest_declared_on DATE,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT appointment__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT appointment__unknown_reference__person_id FOREIGN KEY(street_id, person_id) REFERENCES person (street_id, id),
    CONSTRAINT appointment__unknown_reference__post_id FOREIGN KEY(street_id, post_id) REFERENCES post (street_id, id),
    CONSTRAINT appointment__step_rests CHECK ((step IS NULL) = (rests_on IS NULL)),
    CONSTRAINT appointment__step CHECK (step BETWEEN 1 AND 5),
    CONSTRAINT appointment__during UNIQUE (street_id, id, during WITHOUT OVERLAPS),
    CONSTRAINT appointment__post_taken UNIQUE (street_id, post_id, seat, during WITHOUT OVERLAPS),
    CONSTRAINT appointment__already_holds_post UNIQUE (street_id, post_id, person_id, during WITHOUT OVERLAPS),
    CONSTRAINT appointment__source_not_in_force__source_id FOREIGN KEY (street_id, rests_on, PERIOD during) REFERENCES appointment (street_id, id, PERIOD during),
    CONSTRAINT appointment__source_not_in_force__contract_id FOREIGN KEY (street_id, contract_id, PERIOD during) REFERENCES service_contract (street_id, id, PERIOD during)
);

CREATE INDEX appointment__contract_id ON appointment (street_id, contract_id);

CREATE INDEX appointment__person_id ON appointment (street_id, person_id);

CREATE INDEX appointment__rests_on ON appointment (street_id, rests_on);

CREATE TABLE dispute (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    quarter_id UUID NOT NULL,
    grid_id UUID,
    enterprise_id UUID,
    reporter_id UUID,
    category TEXT NOT NULL,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    state TEXT NOT NULL,
    reported_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_step_at TIMESTAMP WITH TIME ZONE NOT NULL,
    agreed_at TIMESTAMP WITH TIME ZONE,
    closed_at TIMESTAMP WITH TIME ZONE,
    satisfaction INTEGER,
    text_erased_at TIMESTAMP WITH TIME ZONE,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT dispute__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT dispute__unknown_reference__quarter_id FOREIGN KEY(street_id, quarter_id) REFERENCES grid (street_id, id),
    CONSTRAINT dispute__unknown_reference__grid_id FOREIGN KEY(street_id, grid_id) REFERENCES grid (street_id, id),
    CONSTRAINT dispute__unknown_reference__enterprise_id FOREIGN KEY(street_id, enterprise_id) REFERENCES organisation (street_id, id),
    CONSTRAINT dispute__unknown_reference__reporter_id FOREIGN KEY(street_id, reporter_id) REFERENCES person (street_id, id),
    CONSTRAINT dispute__state CHECK (state IN ('reported', 'accepted', 'in_mediation', 'agreed', 'closed', 'withdrawn')),
    CONSTRAINT dispute__satisfaction CHECK (satisfaction BETWEEN 0 AND 100),
    CONSTRAINT dispute__agreed CHECK ((state IN ('agreed', 'closed')) = (agreed_at IS NOT NULL)),
    CONSTRAINT dispute__closed CHECK (num_nonnulls(closed_at, satisfaction) = CASE state WHEN 'closed' THEN 2 ELSE 0 END)
);

CREATE INDEX dispute__quarter_id ON dispute (street_id, quarter_id, id);

CREATE TABLE dispute_step (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    dispute_id UUID NOT NULL,
    act TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    note TEXT,
    actor TEXT NOT NULL,
    capacity UUID,
    CONSTRAINT dispute_step__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT dispute_step__unknown_reference__dispute_id FOREIGN KEY(street_id, dispute_id) REFERENCES dispute (street_id, id),
    CONSTRAINT dispute_step__act CHECK (act IN ('accept', 'mediate', 'agree', 'close', 'withdraw'))
);

CREATE INDEX dispute_step__dispute_id ON dispute_step (street_id, dispute_id);

CREATE TABLE rubric (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    code TEXT NOT NULL,
    edition TEXT NOT NULL,
    document TEXT NOT NULL,
    sha256 BYTEA NOT NULL,
    form JSONB NOT NULL,
    during TSTZRANGE NOT NULL,
    CONSTRAINT rubric__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT rubric__unknown_reference__street_id FOREIGN KEY(street_id) REFERENCES street (street_id),
    CONSTRAINT rubric__rubric_in_force UNIQUE (street_id, during WITHOUT OVERLAPS)
);

CREATE TABLE meeting (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    quarter_id UUID NOT NULL,
    kind TEXT NOT NULL,
    hall TEXT NOT NULL,
    during TSTZRANGE NOT NULL,
    rubric_id UUID,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT meeting__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT meeting__unknown_reference__quarter_id FOREIGN KEY(street_id, quarter_id) REFERENCES grid (street_id, id),
    CONSTRAINT meeting__kind CHECK (kind IN ('weekly', 'monthly_review')),
    CONSTRAINT meeting__unknown_reference__rubric_id FOREIGN KEY(street_id, rubric_id) REFERENCES rubric (street_id, id),
    CONSTRAINT meeting__meetings_overlap UNIQUE (street_id, quarter_id, during WITHOUT OVERLAPS)
);

CREATE INDEX meeting__quarter_id ON meeting (street_id, quarter_id, id);

CREATE TABLE attendance (
    street_id INTEGER NOT NULL,
    meeting_id UUID NOT NULL,
    appointment_id UUID NOT NULL,
    party TEXT NOT NULL,
    present BOOLEAN NOT NULL,
    CONSTRAINT attendance__id_taken PRIMARY KEY (street_id, meeting_id, appointment_id),
    CONSTRAINT attendance__unknown_reference__meeting_id FOREIGN KEY(street_id, meeting_id) REFERENCES meeting (street_id, id),
    CONSTRAINT attendance__unknown_reference__appointment_id FOREIGN KEY(street_id, appointment_id) REFERENCES appointment (street_id, id),
    CONSTRAINT attendance__party CHECK (party IN ('community_party_org', 'quarter_party_org', 'owners_committee', 'enterprise_party_org', 'resident_unit', 'volunteer_point'))
);

CREATE TABLE task (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    meeting_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    title TEXT NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT task__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT task__unknown_reference__meeting_id FOREIGN KEY(street_id, meeting_id) REFERENCES meeting (street_id, id),
    CONSTRAINT task__unknown_reference__organisation_id FOREIGN KEY(street_id, organisation_id) REFERENCES organisation (street_id, id)
);

CREATE INDEX task__meeting_id ON task (street_id, meeting_id);

CREATE INDEX task__organisation_id ON task (street_id, organisation_id);

CREATE TABLE ballot (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    meeting_id UUID NOT NULL,
    rater_id UUID NOT NULL,
    party TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id UUID NOT NULL,
    marks JSONB NOT NULL,
    cast_at TIMESTAMP WITH TIME ZONE NOT NULL,
    channel TEXT NOT NULL,
    struck_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT ballot__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT ballot__party CHECK (party IN ('community_party_org', 'quarter_party_org', 'owners_committee', 'enterprise_party_org', 'resident_unit', 'volunteer_point')),
    CONSTRAINT ballot__subject_kind CHECK (subject_kind IN ('appointment', 'organisation', 'enterprise')),
    CONSTRAINT ballot__channel CHECK (channel IN ('phone', 'paper', 'telephone')),
    CONSTRAINT ballot__not_present FOREIGN KEY(street_id, meeting_id, rater_id) REFERENCES attendance (street_id, meeting_id, appointment_id),
    CONSTRAINT ballot__already_marked UNIQUE (street_id, meeting_id, rater_id, subject_id)
);

CREATE INDEX ballot__cast_at ON ballot (street_id, cast_at);

CREATE TABLE record (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id UUID NOT NULL,
    kind TEXT NOT NULL,
    class TEXT,
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    basis TEXT NOT NULL,
    occurred_on DATE NOT NULL,
    valid_until DATE,
    repaired_at TIMESTAMP WITH TIME ZONE,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT record__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT record__subject_kind CHECK (subject_kind IN ('appointment', 'organisation', 'enterprise')),
    CONSTRAINT record__kind CHECK (kind IN ('commendation', 'penalty', 'finding')),
    CONSTRAINT record__class CHECK (class IN ('minor', 'general', 'serious')),
    CONSTRAINT record__class_missing CHECK ((kind = 'commendation') = (class IS NULL)),
    CONSTRAINT record__unknown_reference__street_id FOREIGN KEY(street_id) REFERENCES street (street_id)
);

CREATE INDEX record__subject_id ON record (street_id, subject_id);

CREATE TABLE evaluation_run (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    period_from DATE NOT NULL,
    period_until DATE NOT NULL,
    kinds TEXT[] NOT NULL,
    rubric_id UUID NOT NULL,
    state TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
    attempt INTEGER DEFAULT '0' NOT NULL,
    handed_out_at TIMESTAMP WITH TIME ZONE,
    worker TEXT,
    lease_until TIMESTAMP WITH TIME ZONE,
    input_sha256 TEXT,
    engine_version TEXT,
    failure JSONB,
    drafted_at TIMESTAMP WITH TIME ZONE,
    service_method TEXT,
    service_evidence TEXT,
    served_at TIMESTAMP WITH TIME ZONE,
    notice_until TIMESTAMP WITH TIME ZONE,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    confirmed_in_capacity UUID,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT evaluation_run__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT evaluation_run__kinds CHECK (cardinality(kinds) > 0 AND kinds <@ ARRAY['member_score', 'unit_assessment', 'credit_rating']),
    CONSTRAINT evaluation_run__unknown_reference__rubric_id FOREIGN KEY(street_id, rubric_id) REFERENCES rubric (street_id, id),
    CONSTRAINT evaluation_run__state CHECK (state IN ('queued', 'computing', 'drafted', 'under_notice', 'final', 'failed', 'superseded')),
    CONSTRAINT evaluation_run__service_method CHECK (service_method IN ('in_person', 'electronic', 'posted', 'mail')),
    CONSTRAINT evaluation_run__failed CHECK ((state = 'failed') = (failure IS NOT NULL)),
    CONSTRAINT evaluation_run__drafted CHECK (num_nonnulls(drafted_at, input_sha256, engine_version) = CASE WHEN state IN ('queued', 'computing', 'failed') THEN 0 ELSE 3 END),
    CONSTRAINT evaluation_run__served CHECK (state = 'superseded' OR num_nonnulls(service_method, service_evidence, served_at, notice_until) = CASE WHEN state IN ('under_notice', 'final') THEN 4 ELSE 0 END),
    CONSTRAINT evaluation_run__confirmed CHECK (state = 'superseded' OR num_nonnulls(confirmed_at, confirmed_in_capacity) = CASE state WHEN 'final' THEN 2 ELSE 0 END),
    CONSTRAINT evaluation_run__period CHECK (period_from < period_until)
);

CREATE INDEX evaluation_run__to_compute ON evaluation_run (street_id, id) WHERE state IN ('queued', 'computing');

CREATE TABLE evaluation_result (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    run_id UUID NOT NULL,
    kind TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id UUID NOT NULL,
    score INTEGER,
    grade TEXT NOT NULL,
    explanation JSON NOT NULL,
    statement TEXT,
    CONSTRAINT evaluation_result__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT evaluation_result__unknown_reference__run_id FOREIGN KEY(street_id, run_id) REFERENCES evaluation_run (street_id, id),
    CONSTRAINT evaluation_result__kind CHECK (kind IN ('member_score', 'unit_assessment', 'credit_rating')),
    CONSTRAINT evaluation_result__subject_kind CHECK (subject_kind IN ('appointment', 'organisation', 'enterprise')),
    CONSTRAINT evaluation_result__score CHECK (score BETWEEN 0 AND 1000000),
    CONSTRAINT evaluation_result__subject_not_of_that_kind CHECK ((kind, subject_kind) IN (('member_score', 'appointment'), ('unit_assessment', 'organisation'), ('credit_rating', 'enterprise'))),
    CONSTRAINT evaluation_result__result_twice UNIQUE (street_id, run_id, kind, subject_id)
);

CREATE TABLE client (
    client_id TEXT NOT NULL,
    name TEXT NOT NULL,
    rights TEXT[] NOT NULL,
    street_lo INTEGER NOT NULL,
    street_hi INTEGER NOT NULL,
    PRIMARY KEY (client_id),
    CONSTRAINT client__street_range CHECK (street_lo <= street_hi)
);

CREATE TABLE client_secret (
    client_id TEXT NOT NULL,
    slot SMALLINT NOT NULL,
    secret_sha256 BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (client_id, slot),
    CONSTRAINT client_secret__client_id FOREIGN KEY(client_id) REFERENCES client (client_id),
    CONSTRAINT client_secret__slot CHECK (slot IN (1, 2))
);

-- Which person an account outside is: found before any street is known, by mb_find_login only.

CREATE TABLE login (
    account_hash BYTEA NOT NULL,
    street_id INTEGER NOT NULL,
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    account_encrypted BYTEA NOT NULL,
    CONSTRAINT login__login_already_bound PRIMARY KEY (account_hash)
);

CREATE INDEX login__id ON login (street_id, id);

CREATE INDEX login__person_id ON login (street_id, person_id);

CREATE TABLE sandbox_clock (
    single BOOLEAN DEFAULT 'true' NOT NULL,
    set_to TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (single),
    CONSTRAINT sandbox_clock__single CHECK (single)
);

-- Numbers a street's events without gaps, in the order of commit, and chains them: the head's row lock
-- lasts until commit, so a reader that has seen number n has seen everything before it. Like all that runs
-- with its owner's rights it looks at temporary tables last: unnamed they would come first.

CREATE FUNCTION mb_number_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE event_head AS head
    SET last_no = head.last_no + 1,
        last_hash = sha256(head.last_hash || convert_to(jsonb_build_array(
            NEW.street_id, head.last_no + 1, NEW.type,
            to_char(NEW.time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            NEW.actor, NEW.capacity, NEW.subject, NEW.data)::text, 'UTF8'))
    WHERE head.street_id = NEW.street_id
    RETURNING head.last_no, head.last_hash INTO STRICT NEW.no, NEW.hash;
    RETURN NEW;
END $$;

CREATE TRIGGER event__number BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION mb_number_event();

CREATE FUNCTION mb_begin_event_log() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO event_head (street_id) VALUES (NEW.street_id);
    RETURN NEW;
END $$;

CREATE TRIGGER street__begin_event_log AFTER INSERT ON street
FOR EACH ROW EXECUTE FUNCTION mb_begin_event_log();

-- Enters a range of streets for the rest of the transaction. Entering twice is a mistake of the caller
-- or a scope left behind on the session: refused, because either could show another street's rows.

CREATE FUNCTION mb_enter(lo integer, hi integer) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    -- Expressions, not queries, and no setting of its own: it is part of every request.
    IF coalesce(pg_catalog.current_setting('mb.lo', true), '') <> ''
       OR coalesce(pg_catalog.current_setting('mb.hi', true), '') <> '' THEN
        RAISE EXCEPTION 'a scope is already entered' USING ERRCODE = 'MB001';
    END IF;
    RETURN pg_catalog.set_config('mb.lo', lo::text, true) <> ''
       AND pg_catalog.set_config('mb.hi', hi::text, true) <> '';
END $$;

-- Finds the person of an account whose keyed hash the caller knows, in whichever street: a login comes
-- before any range. It tells of one account at a time, so that nobody can list another street's.

CREATE FUNCTION mb_find_login(accounts bytea[])
RETURNS TABLE (account_hash bytea, street_id integer, person_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT login.account_hash, login.street_id, login.person_id FROM login
    WHERE login.account_hash = ANY (accounts) LIMIT 1
$$;

REVOKE EXECUTE ON FUNCTION mb_find_login FROM PUBLIC;

-- Isolation: rows of a street are seen and written inside the entered range only. A CASE, because the
-- planner takes a range for half a percent of a table, and then any index on the street for good enough.

DO $$
DECLARE
    name text;
BEGIN
    FOR name IN
        SELECT table_name FROM information_schema.columns
        WHERE table_schema = 'public' AND column_name = 'street_id'
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format($policy$
            CREATE POLICY street_range ON %I
            USING (CASE WHEN street_id < nullif(current_setting('mb.lo', true), '')::int THEN false
                        ELSE street_id <= nullif(current_setting('mb.hi', true), '')::int END)
        $policy$, name);
    END LOOP;
END $$;

-- What can be evaluated or have a record.

CREATE VIEW subject WITH (security_invoker) AS
SELECT street_id, 'appointment' AS subject_kind, id AS subject_id FROM appointment
UNION ALL
SELECT street_id, CASE kind WHEN 'property_enterprise' THEN 'enterprise' ELSE 'organisation' END, id
FROM organisation;

-- What a run's results were computed from, by what: every result states it.

CREATE VIEW run_basis WITH (security_invoker) AS
SELECT run.street_id, run.id AS run_id, run.input_sha256, run.engine_version, run.rubric_id,
       rubric.code AS rubric_code, rubric.edition AS rubric_edition,
       rubric.sha256 AS rubric_sha256
FROM evaluation_run run
JOIN rubric ON rubric.street_id = run.street_id AND rubric.id = run.rubric_id;

-- The feed: what the evaluator reads, and all that it can read. Views run with their owner's rights, so
-- each repeats the range; the barrier keeps a caller's function from seeing rows before it applies.

CREATE SCHEMA feed;

CREATE FUNCTION feed.visible(street_id integer) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN street_id >= nullif(current_setting('mb.lo', true), '')::int
   AND street_id <= nullif(current_setting('mb.hi', true), '')::int;

CREATE VIEW feed.run_v1 WITH (security_barrier) AS
SELECT run.street_id, run.id::text AS run_id, run.state, run.period_from, run.period_until,
       array_to_string(run.kinds, ',') AS kinds, rubric.document AS rubric,
       encode(rubric.sha256, 'hex') AS rubric_sha256, run.attempt
FROM evaluation_run run
JOIN rubric ON rubric.street_id = run.street_id AND rubric.id = run.rubric_id
WHERE feed.visible(run.street_id);

-- Those who convene the tables and confirm the results are not evaluated at them.

CREATE VIEW feed.subject_v1 WITH (security_barrier) AS
SELECT a.street_id, 'member_score' AS result_kind, 'appointment' AS subject_kind,
       a.id::text AS subject_id, p.kind AS category,
       lower(a.during) AS active_from, upper(a.during) AS active_until
FROM appointment a
JOIN post p ON p.street_id = a.street_id AND p.id = a.post_id
LEFT JOIN organisation o ON o.street_id = p.street_id AND o.id = p.organisation_id
WHERE o.kind IS DISTINCT FROM 'street_working_committee'
  AND o.kind IS DISTINCT FROM 'management_department'
  AND p.kind <> 'host' AND feed.visible(a.street_id)
UNION ALL
SELECT o.street_id, 'unit_assessment', 'organisation', o.id::text, o.kind, NULL, NULL
FROM organisation o
WHERE o.kind NOT IN ('property_enterprise', 'street_working_committee', 'management_department')
  AND feed.visible(o.street_id)
UNION ALL
SELECT c.street_id, 'credit_rating', 'enterprise', c.enterprise_id::text, 'property_enterprise',
       lower(c.during), upper(c.during)
FROM service_contract c
WHERE feed.visible(c.street_id);

-- The ballot of somebody whom the host's list no longer shows as present waits until it does again.

CREATE VIEW feed.mark_v1 WITH (security_barrier) AS
SELECT b.street_id, b.meeting_id::text AS meeting_id, b.cast_at, b.rater_id::text AS rater_id,
       a.person_id::text AS rater_person_id, b.party, b.subject_kind,
       b.subject_id::text AS subject_id, mark.key AS indicator, mark.value::int AS mark
FROM ballot b
JOIN attendance w ON w.street_id = b.street_id AND w.meeting_id = b.meeting_id
    AND w.appointment_id = b.rater_id AND w.present
JOIN appointment a ON a.street_id = b.street_id AND a.id = b.rater_id
CROSS JOIN LATERAL jsonb_each_text(b.marks) AS mark
WHERE b.struck_at IS NULL AND feed.visible(b.street_id);

-- Interests, derived from appointments and contracts, not declared: oneself; every organisation in which
-- one holds an appointment; an enterprise through its party organisation, and the reverse.
-- One text, two views: the API's own obeys row-level security, the feed's runs with its owner's rights.

DO $$
DECLARE
    interests text := $interests$
        SELECT a.street_id, a.person_id, 'appointment' AS subject_kind, a.id AS subject_id, a.during
        FROM appointment a
        UNION ALL
        SELECT a.street_id, a.person_id, 'organisation', p.organisation_id, a.during
        FROM appointment a
        JOIN post p ON p.street_id = a.street_id AND p.id = a.post_id
        WHERE p.organisation_id IS NOT NULL
        UNION ALL
        SELECT a.street_id, a.person_id, 'organisation', o.id, a.during
        FROM appointment a
        JOIN post p ON p.street_id = a.street_id AND p.id = a.post_id
        JOIN organisation o ON o.street_id = p.street_id AND o.parent_id = p.organisation_id
        WHERE o.kind = 'enterprise_party_org'
        UNION ALL
        SELECT a.street_id, a.person_id, 'enterprise',
               CASE o.kind WHEN 'property_enterprise' THEN o.id ELSE o.parent_id END, a.during
        FROM appointment a
        JOIN post p ON p.street_id = a.street_id AND p.id = a.post_id
        JOIN organisation o ON o.street_id = p.street_id AND o.id = p.organisation_id
        WHERE o.kind IN ('property_enterprise', 'enterprise_party_org')
    $interests$;
BEGIN
    EXECUTE 'CREATE VIEW interest WITH (security_invoker) AS ' || interests;
    EXECUTE 'CREATE VIEW feed.interest_v1 WITH (security_barrier) AS
        SELECT i.street_id, i.person_id::text AS person_id, i.subject_kind,
               i.subject_id::text AS subject_id, lower(i.during) AS active_from,
               upper(i.during) AS active_until
        FROM (' || interests || ') AS i
        WHERE feed.visible(i.street_id)';
END $$;

-- One row an observation of a fact about a subject, at the time for which it counts, 0 to 100.

CREATE VIEW feed.fact_v1 WITH (security_barrier) AS
SELECT d.street_id, about.subject_kind, about.subject_id::text AS subject_id, seen.fact, seen.at,
       seen.value
FROM dispute d
CROSS JOIN LATERAL (
    SELECT 'disputes_on_time' AS fact, d.due_at AS at,
           CASE WHEN d.agreed_at <= d.due_at THEN 100 ELSE 0 END AS value
    UNION ALL
    SELECT 'satisfaction', d.closed_at, d.satisfaction WHERE d.satisfaction IS NOT NULL
) AS seen
CROSS JOIN LATERAL (
    SELECT 'enterprise' AS subject_kind, d.enterprise_id AS subject_id
    WHERE d.enterprise_id IS NOT NULL
    UNION ALL
    SELECT 'organisation', o.id
    FROM organisation o
    WHERE o.street_id = d.street_id AND o.grid_id = d.quarter_id AND o.kind = 'quarter_party_org'
    UNION ALL
    SELECT 'appointment', a.id
    FROM organisation o
    JOIN post p ON p.street_id = o.street_id AND p.organisation_id = o.id AND p.kind = 'secretary'
    JOIN appointment a ON a.street_id = p.street_id AND a.post_id = p.id
    WHERE o.street_id = d.street_id AND o.grid_id = d.quarter_id AND o.kind = 'quarter_party_org'
      AND a.during @> seen.at
) AS about
WHERE d.state <> 'withdrawn' AND feed.visible(d.street_id)
UNION ALL
SELECT t.street_id,
       CASE o.kind WHEN 'property_enterprise' THEN 'enterprise' ELSE 'organisation' END,
       t.organisation_id::text, 'tasks_on_time', t.due_at,
       CASE WHEN t.done_at <= t.due_at THEN 100 ELSE 0 END
FROM task t
JOIN organisation o ON o.street_id = t.street_id AND o.id = t.organisation_id
WHERE feed.visible(t.street_id)
UNION ALL
SELECT w.street_id, about.subject_kind, about.subject_id::text, 'attendance', lower(m.during),
       CASE WHEN w.present THEN 100 ELSE 0 END
FROM attendance w
JOIN meeting m ON m.street_id = w.street_id AND m.id = w.meeting_id
JOIN appointment a ON a.street_id = w.street_id AND a.id = w.appointment_id
JOIN post p ON p.street_id = a.street_id AND p.id = a.post_id
JOIN organisation o ON o.street_id = p.street_id AND o.id = p.organisation_id
CROSS JOIN LATERAL (VALUES
    ('appointment', a.id),
    ('organisation', o.id),
    ('enterprise', CASE WHEN o.kind = 'enterprise_party_org' THEN o.parent_id END)
) AS about (subject_kind, subject_id)
WHERE about.subject_id IS NOT NULL AND feed.visible(w.street_id);

CREATE VIEW feed.record_v1 WITH (security_barrier) AS
SELECT r.street_id, r.id::text AS record_id, r.subject_kind, r.subject_id::text AS subject_id, r.kind,
       r.class, r.code, r.occurred_on, r.valid_until
FROM record r
WHERE r.repaired_at IS NULL AND feed.visible(r.street_id);

-- Personal data. The API's role cannot read a name or a sealed phone; they leave by two doors. One is
-- the notice board: holders of public offices (maplebridge_domain/notice_board.py; a test compares).

CREATE VIEW office_holder WITH (security_barrier) AS
SELECT a.street_id, a.id AS appointment_id, p.organisation_id, p.grid_id, person.name
FROM appointment a
JOIN post p ON p.street_id = a.street_id AND p.id = a.post_id
JOIN person ON person.street_id = a.street_id AND person.id = a.person_id
LEFT JOIN organisation o ON o.street_id = p.street_id AND o.id = p.organisation_id
WHERE person.name IS NOT NULL AND feed.visible(a.street_id) AND CASE coalesce(o.kind, 'grid')
    WHEN 'grid' THEN p.kind IN ('grid_member', 'party_building_instructor')
    WHEN 'street_working_committee' THEN p.kind IN ('secretary', 'deputy_secretary')
    WHEN 'community_party_org' THEN p.kind IN ('secretary', 'deputy_secretary')
    WHEN 'quarter_party_org' THEN p.kind IN ('secretary', 'deputy_secretary')
    WHEN 'enterprise_party_org' THEN p.kind IN ('secretary', 'deputy_secretary')
    WHEN 'building_party_group' THEN p.kind IN ('secretary', 'deputy_secretary')
    WHEN 'owners_committee' THEN p.kind IN ('director', 'deputy_director', 'member')
    WHEN 'property_management_committee' THEN p.kind IN ('director', 'deputy_director', 'member')
    WHEN 'resident_unit' THEN p.kind IN ('director', 'deputy_director')
    WHEN 'management_department' THEN p.kind IN ('director', 'deputy_director')
    WHEN 'property_enterprise' THEN p.kind IN ('manager', 'supervisor')
    ELSE false END;

-- The other: one person at a time, in a transaction that has just recorded who looks, and why. The head
-- of the street's log is locked by that event until commit, so the last event is this transaction's own.

CREATE FUNCTION mb_disclose(of_street integer, of_person uuid)
RETURNS TABLE (name text, phone_encrypted bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT person.name, person.phone_encrypted
    FROM person
    JOIN event_head head ON head.street_id = person.street_id
    JOIN event ON event.street_id = head.street_id AND event.no = head.last_no
    WHERE person.street_id = of_street AND person.id = of_person AND feed.visible(of_street)
      AND event.subject = 'people/' || of_person
      AND event.type IN ('person.unmasked', 'person.exported', 'person.erased', 'person.merged')
      AND event.xmin::text = pg_current_xact_id()::xid::text
$$;

-- The accounts that log in as a person, to be handed out with all else that is kept of them.

CREATE FUNCTION mb_disclose_accounts(of_street integer, of_person uuid)
RETURNS TABLE (id uuid, account_encrypted bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT login.id, login.account_encrypted
    FROM login
    JOIN event_head head ON head.street_id = login.street_id
    JOIN event ON event.street_id = head.street_id AND event.no = head.last_no
    WHERE login.street_id = of_street AND login.person_id = of_person AND feed.visible(of_street)
      AND event.subject = 'people/' || of_person AND event.type = 'person.exported'
      AND event.xmin::text = pg_current_xact_id()::xid::text
$$;

-- Puts what is left of something erased in the place of what was answered about it under keys: also of
-- callers whose range is wider than the street, and whose keys this transaction does not see.

CREATE FUNCTION mb_replace_answers(of_street integer, ids text[], texts text[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE idempotency SET answer = new.answer
    FROM unnest(ids, texts) AS new (id, answer)
    WHERE substr(idempotency.answer, 10, 36) = new.id AND feed.visible(of_street)
$$;

REVOKE EXECUTE ON FUNCTION mb_disclose, mb_disclose_accounts, mb_replace_answers FROM PUBLIC;

-- Rights: the API reads and writes rows and deletes none but what a login leaves, and answers that are
-- kept no longer; the event log is appended to; the evaluator reads the feed and nothing else.

GRANT EXECUTE ON FUNCTION mb_disclose, mb_disclose_accounts, mb_replace_answers TO mb_api;

GRANT SELECT ON ALL TABLES IN SCHEMA public TO mb_api;

REVOKE SELECT ON person, login FROM mb_api;

GRANT SELECT (street_id, id, name_masked, phone_masked, phone_hash, party_member, entered_at, erased_at,
    merged_into, version) ON person TO mb_api;

GRANT SELECT (account_hash, street_id, id, person_id) ON login TO mb_api;

GRANT DELETE ON idempotency TO mb_api;

GRANT INSERT ON street, event, signed_head, idempotency, grid, grid_placement, household, organisation,
    person, binding_code, binding_try, session, login, post, service_contract, appointment, dispute,
    dispute_step, rubric, meeting, attendance, task, ballot, record, evaluation_run,
    evaluation_result, sandbox_clock TO mb_api;

GRANT UPDATE ON idempotency, grid, grid_placement, household, organisation, person,
    binding_code, binding_try, session, login, post, service_contract, appointment, dispute, meeting, attendance, task, record, evaluation_run,
    sandbox_clock TO mb_api;

-- An account that is no longer a person's leaves no trace, and one who is erased none of having logged in.

GRANT DELETE ON login, binding_code, binding_try, session TO mb_api;

GRANT EXECUTE ON FUNCTION mb_find_login TO mb_api;

GRANT UPDATE (struck_at) ON ballot TO mb_api;

GRANT UPDATE (note) ON dispute_step TO mb_api;

GRANT UPDATE (statement) ON evaluation_result TO mb_api;

GRANT USAGE ON SCHEMA feed TO mb_evaluator;

GRANT SELECT ON ALL TABLES IN SCHEMA feed TO mb_evaluator;
