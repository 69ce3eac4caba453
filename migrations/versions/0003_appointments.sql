-- Why an appointment ended; without a term: withdrawn before it began, so that its place is free.

ALTER TABLE appointment ALTER COLUMN during DROP NOT NULL;

ALTER TABLE appointment
    ADD COLUMN end_reason TEXT,
    ADD CONSTRAINT appointment__end_reason CHECK (end_reason IN ('resignation', 'dismissal', 'recall', 'transfer', 'death', 'term_over', 'disqualified', 'source_ended', 'contract_ended', 'withdrawn')),
    ADD CONSTRAINT appointment__withdrawn CHECK (CASE WHEN during IS NULL THEN end_reason IS NOT NULL ELSE end_reason IS DISTINCT FROM 'withdrawn' END),
    ADD CONSTRAINT appointment__ended CHECK (end_reason IS NULL OR during IS NULL OR NOT upper_inf(during));

-- What an appointment said before it was ended, withdrawn or corrected.

CREATE TABLE appointment_history (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    appointment_id UUID NOT NULL,
    change TEXT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    note TEXT,
    during TSTZRANGE NOT NULL,
    end_reason TEXT,
    election JSONB,
    no_interest_declared_on DATE,
    CONSTRAINT appointment_history__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT appointment_history__unknown_reference__appointment_id FOREIGN KEY(street_id, appointment_id) REFERENCES appointment (street_id, id),
    CONSTRAINT appointment_history__change CHECK (change IN ('ended', 'withdrawn', 'corrected')),
    CONSTRAINT appointment_history__end_reason CHECK (end_reason IN ('resignation', 'dismissal', 'recall', 'transfer', 'death', 'term_over', 'disqualified', 'source_ended', 'contract_ended', 'withdrawn'))
);

CREATE INDEX appointment_history__appointment_id ON appointment_history (street_id, appointment_id);

-- A service contract that ended early.

CREATE TABLE service_contract_end (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    contract_id UUID NOT NULL,
    reason TEXT NOT NULL,
    note TEXT,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    planned_until TIMESTAMP WITH TIME ZONE,
    entered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT service_contract_end__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT service_contract_end__unknown_reference__contract_id FOREIGN KEY(street_id, contract_id) REFERENCES service_contract (street_id, id),
    CONSTRAINT service_contract_end__reason CHECK (reason IN ('agreed', 'owners_dismissed', 'enterprise_left', 'breach', 'dissolved'))
);

CREATE INDEX service_contract_end__contract_id ON service_contract_end (street_id, contract_id);

-- Appointments proposed by one and decided by another; apart, so that the temporal keys of appointments
-- hold for real ones only.

CREATE TABLE appointment_proposal (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    person_id UUID NOT NULL,
    post_id UUID NOT NULL,
    during TSTZRANGE NOT NULL,
    step SMALLINT,
    rests_on UUID,
    contract_id UUID,
    election JSONB,
    no_interest_declared_on DATE,
    evidence JSONB NOT NULL,
    state TEXT NOT NULL,
    proposed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    proposer TEXT NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE,
    decider TEXT,
    reason TEXT,
    appointment_id UUID,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT appointment_proposal__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT appointment_proposal__unknown_reference__person_id FOREIGN KEY(street_id, person_id) REFERENCES person (street_id, id),
    CONSTRAINT appointment_proposal__unknown_reference__post_id FOREIGN KEY(street_id, post_id) REFERENCES post (street_id, id),
    CONSTRAINT appointment_proposal__unknown_reference__rests_on FOREIGN KEY(street_id, rests_on) REFERENCES appointment (street_id, id),
    CONSTRAINT appointment_proposal__unknown_reference__contract_id FOREIGN KEY(street_id, contract_id) REFERENCES service_contract (street_id, id),
    CONSTRAINT appointment_proposal__unknown_reference__appointment_id FOREIGN KEY(street_id, appointment_id) REFERENCES appointment (street_id, id),
    CONSTRAINT appointment_proposal__state CHECK (state IN ('proposed', 'approved', 'rejected')),
    CONSTRAINT appointment_proposal__step_rests CHECK ((step IS NULL) = (rests_on IS NULL)),
    CONSTRAINT appointment_proposal__step CHECK (step BETWEEN 1 AND 5),
    CONSTRAINT appointment_proposal__decided CHECK (num_nonnulls(decided_at, decider) = CASE state WHEN 'proposed' THEN 0 ELSE 2 END),
    CONSTRAINT appointment_proposal__approved CHECK ((state = 'approved') = (appointment_id IS NOT NULL)),
    CONSTRAINT appointment_proposal__rejected CHECK ((state = 'rejected') = (reason IS NOT NULL)),
    CONSTRAINT appointment_proposal__own_proposal CHECK (decider <> proposer)
);

CREATE INDEX appointment_proposal__person_id ON appointment_proposal (street_id, person_id);

CREATE INDEX appointment_proposal__post_id ON appointment_proposal (street_id, post_id);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['appointment_history', 'service_contract_end', 'appointment_proposal']
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

GRANT SELECT, INSERT ON appointment_history, service_contract_end, appointment_proposal TO mb_api;

GRANT UPDATE ON appointment_proposal TO mb_api;

-- What never began is no subject and gives no interest. The columns of both views stay as they are.

CREATE OR REPLACE VIEW feed.subject_v1 WITH (security_barrier) AS
SELECT a.street_id, 'member_score' AS result_kind, 'appointment' AS subject_kind,
       a.id::text AS subject_id, p.kind AS category,
       lower(a.during) AS active_from, upper(a.during) AS active_until
FROM appointment a
JOIN post p ON p.street_id = a.street_id AND p.id = a.post_id
LEFT JOIN organisation o ON o.street_id = p.street_id AND o.id = p.organisation_id
WHERE a.during IS NOT NULL
  AND o.kind IS DISTINCT FROM 'street_working_committee'
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

CREATE OR REPLACE VIEW feed.interest_v1 WITH (security_barrier) AS
SELECT i.street_id, i.person_id::text AS person_id, i.subject_kind, i.subject_id::text AS subject_id,
       lower(i.during) AS active_from, upper(i.during) AS active_until
FROM (
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
) AS i
WHERE i.during IS NOT NULL AND feed.visible(i.street_id);
