-- Organisations end, and what belongs to them is inside that time; whom they answer to; contracts are filed.

ALTER TABLE organisation
    ADD COLUMN community_party_org_id UUID,
    ADD COLUMN during TSTZRANGE DEFAULT '(,)' NOT NULL,
    ADD CONSTRAINT organisation__during UNIQUE (street_id, id, during WITHOUT OVERLAPS),
    ADD CONSTRAINT organisation__organisation_dissolved__parent_id FOREIGN KEY (street_id, parent_id, PERIOD during) REFERENCES organisation (street_id, id, PERIOD during),
    ADD CONSTRAINT organisation__unknown_reference__community_party_org_id FOREIGN KEY (street_id, community_party_org_id) REFERENCES organisation (street_id, id),
    ADD CONSTRAINT organisation__organisation_dissolved__community_party_org_id FOREIGN KEY (street_id, community_party_org_id, PERIOD during) REFERENCES organisation (street_id, id, PERIOD during),
    ADD CONSTRAINT organisation__dual_leadership_not_here CHECK (community_party_org_id IS NULL OR kind = 'enterprise_party_org');

CREATE UNIQUE INDEX organisation__credit_code_taken ON organisation (street_id, uscc) WHERE upper_inf(during);

CREATE INDEX organisation__parent_id ON organisation (street_id, parent_id);

CREATE INDEX organisation__community_party_org_id ON organisation (street_id, community_party_org_id);

ALTER TABLE post
    ADD COLUMN during TSTZRANGE DEFAULT '(,)' NOT NULL,
    ADD CONSTRAINT post__during UNIQUE (street_id, id, during WITHOUT OVERLAPS),
    ADD CONSTRAINT post__organisation_dissolved__organisation_id FOREIGN KEY (street_id, organisation_id, PERIOD during) REFERENCES organisation (street_id, id, PERIOD during);

CREATE UNIQUE INDEX post__leader_there_already ON post (street_id, organisation_id, kind) WHERE kind IN ('secretary', 'director');

ALTER TABLE appointment
    ADD CONSTRAINT appointment__organisation_dissolved__post_id FOREIGN KEY (street_id, post_id, PERIOD during) REFERENCES post (street_id, id, PERIOD during);

ALTER TABLE service_contract
    ADD COLUMN signed_on DATE,
    ADD COLUMN filed_on DATE,
    ADD COLUMN file_by DATE,
    ADD CONSTRAINT service_contract__organisation_dissolved__enterprise_id FOREIGN KEY (street_id, enterprise_id, PERIOD during) REFERENCES organisation (street_id, id, PERIOD during),
    ADD CONSTRAINT service_contract__contract_dates_wrong CHECK (filed_on >= signed_on);

-- Fifteen days after a contract began at the latest; of those entered before, whatever day that was.

UPDATE service_contract SET file_by = (lower(during) AT TIME ZONE 'Asia/Shanghai')::date + 15;

ALTER TABLE service_contract ALTER COLUMN file_by SET NOT NULL;

-- Which place of which post is held until when: a post is not made smaller under its holders.

CREATE VIEW place_held WITH (security_invoker) AS
SELECT a.street_id, a.post_id, p.organisation_id, a.seat, a.during
FROM appointment a
JOIN post p ON p.street_id = a.street_id AND p.id = a.post_id
WHERE a.during IS NOT NULL;

GRANT SELECT ON place_held TO mb_api;

-- An organisation is assessed while it is there.

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
SELECT o.street_id, 'unit_assessment', 'organisation', o.id::text, o.kind,
       lower(o.during), upper(o.during)
FROM organisation o
WHERE o.kind NOT IN ('property_enterprise', 'street_working_committee', 'management_department')
  AND feed.visible(o.street_id)
UNION ALL
SELECT c.street_id, 'credit_rating', 'enterprise', c.enterprise_id::text, 'property_enterprise',
       lower(c.during), upper(c.during)
FROM service_contract c
WHERE feed.visible(c.street_id);
