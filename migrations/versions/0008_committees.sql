-- A quarter has one committee at a time: its owners', or where none exists a property management committee.

CREATE TABLE committee_term (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    organisation_id UUID NOT NULL,
    quarter_id UUID NOT NULL,
    kind TEXT NOT NULL,
    during TSTZRANGE NOT NULL,
    members INTEGER NOT NULL,
    owners INTEGER,
    voted_on DATE,
    votes JSONB,
    file_by DATE,
    renew_from DATE,
    party_members INTEGER,
    party_aim_percent INTEGER,
    filed_on DATE,
    filing_number TEXT,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    confirmer TEXT,
    confirmed_in_capacity UUID,
    hand_over_by DATE,
    seals_handed_on DATE,
    documents_handed_on DATE,
    records_handed_on DATE,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT committee_term__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT committee_term__unknown_reference__organisation_id FOREIGN KEY(street_id, organisation_id) REFERENCES organisation (street_id, id),
    CONSTRAINT committee_term__unknown_reference__quarter_id FOREIGN KEY(street_id, quarter_id) REFERENCES grid (street_id, id),
    CONSTRAINT committee_term__kind CHECK (kind IN ('owners_committee', 'property_management_committee')),
    CONSTRAINT committee_term__committee_there_already UNIQUE (street_id, quarter_id, during WITHOUT OVERLAPS),
    CONSTRAINT committee_term__organisation_dissolved__organisation_id FOREIGN KEY (street_id, organisation_id, PERIOD during) REFERENCES organisation (street_id, id, PERIOD during),
    CONSTRAINT committee_term__filing_number_taken UNIQUE (street_id, filing_number),
    CONSTRAINT committee_term__elected CHECK (num_nonnulls(voted_on, votes, file_by, renew_from, party_members, party_aim_percent) = CASE kind WHEN 'owners_committee' THEN 6 ELSE 0 END),
    CONSTRAINT committee_term__owners CHECK ((kind = 'property_management_committee') = (owners IS NOT NULL)),
    CONSTRAINT committee_term__members CHECK (members >= 1 AND owners BETWEEN 0 AND members AND party_members BETWEEN 0 AND members),
    CONSTRAINT committee_term__filed CHECK (num_nonnulls(filed_on, filing_number, confirmed_at, confirmer) IN (0, 4)),
    CONSTRAINT committee_term__committee_dates_wrong CHECK (filed_on >= voted_on),
    CONSTRAINT committee_term__end CHECK (upper_inf(during) = (hand_over_by IS NULL) AND NOT (kind = 'owners_committee' AND upper_inf(during)))
);

CREATE INDEX committee_term__organisation_id ON committee_term (street_id, organisation_id);

CREATE INDEX committee_term__quarter_id ON committee_term (street_id, quarter_id);

CREATE TABLE committee_member (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    term_id UUID NOT NULL,
    person_id UUID NOT NULL,
    appointment_id UUID,
    party_member BOOLEAN,
    CONSTRAINT committee_member__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT committee_member__unknown_reference__term_id FOREIGN KEY(street_id, term_id) REFERENCES committee_term (street_id, id),
    CONSTRAINT committee_member__unknown_reference__person_id FOREIGN KEY(street_id, person_id) REFERENCES person (street_id, id),
    CONSTRAINT committee_member__unknown_reference__appointment_id FOREIGN KEY(street_id, appointment_id) REFERENCES appointment (street_id, id),
    CONSTRAINT committee_member__elected_twice UNIQUE (street_id, term_id, person_id)
);

CREATE INDEX committee_member__appointment_id ON committee_member (street_id, appointment_id);

CREATE INDEX committee_member__person_id ON committee_member (street_id, person_id);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['committee_term', 'committee_member']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format($policy$
            CREATE POLICY street_range ON %I
            USING (CASE WHEN street_id < nullif(current_setting('mb.lo', true), '')::int THEN false
                        ELSE street_id <= nullif(current_setting('mb.hi', true), '')::int END)
        $policy$, name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO mb_api', name);
    END LOOP;
END $$;

-- By which appointment a place is held: a committee that ends ends them all.

CREATE OR REPLACE VIEW place_held WITH (security_invoker) AS
SELECT a.street_id, a.post_id, p.organisation_id, a.seat, a.during, a.id AS appointment_id
FROM appointment a
JOIN post p ON p.street_id = a.street_id AND p.id = a.post_id
WHERE a.during IS NOT NULL;
