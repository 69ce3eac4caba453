-- What is on record is read by whom it is about: a person, of appointments of theirs, also those that are
-- over, whatever they act as; who leads an organisation, of it, while they act by that office. Who leads an
-- enterprise's party organisation acts for the enterprise as well.

CREATE VIEW own_subject WITH (security_invoker) AS
SELECT street_id, person_id, NULL::uuid AS capacity, 'appointment' AS subject_kind, id AS subject_id
FROM appointment
UNION ALL
SELECT a.street_id, a.person_id, a.id,
       CASE o.kind WHEN 'property_enterprise' THEN 'enterprise' ELSE 'organisation' END, o.id
FROM appointment a
JOIN post p ON p.street_id = a.street_id AND p.id = a.post_id
JOIN organisation o ON o.street_id = p.street_id AND o.id = p.organisation_id
WHERE p.kind IN ('secretary', 'director', 'manager')
UNION ALL
SELECT a.street_id, a.person_id, a.id, 'enterprise', o.parent_id
FROM appointment a
JOIN post p ON p.street_id = a.street_id AND p.id = a.post_id
JOIN organisation o ON o.street_id = p.street_id AND o.id = p.organisation_id
WHERE p.kind IN ('secretary', 'director', 'manager') AND o.kind = 'enterprise_party_org';

GRANT SELECT ON own_subject TO mb_api;

-- Records were read by who reads results; systems that do go on doing so.

UPDATE client SET rights = array_append(rights, 'records:read')
WHERE 'results:read' = ANY (rights) AND 'records:read' <> ALL (rights);

-- A proposal is taken back by who made it; it is decided on by somebody else.

ALTER TABLE appointment_proposal
    DROP CONSTRAINT appointment_proposal__state,
    DROP CONSTRAINT appointment_proposal__rejected,
    DROP CONSTRAINT appointment_proposal__own_proposal,
    ADD CONSTRAINT appointment_proposal__state CHECK (state IN ('proposed', 'approved', 'rejected', 'withdrawn')),
    ADD CONSTRAINT appointment_proposal__rejected CHECK (CASE WHEN reason IS NULL THEN state <> 'rejected' ELSE state IN ('rejected', 'withdrawn') END),
    ADD CONSTRAINT appointment_proposal__own_proposal CHECK ((state = 'withdrawn') = (decider = proposer));

-- A contract that is withdrawn before it begins keeps no term, as an appointment does: the quarter is free.

ALTER TABLE service_contract ALTER COLUMN during DROP NOT NULL;

-- What a contract's term was before, whole; by whom its end was entered, in what capacity: its event says it.

ALTER TABLE service_contract_end
    ADD COLUMN during TSTZRANGE,
    ADD COLUMN entered_by TEXT,
    ADD COLUMN entered_in_capacity UUID;

UPDATE service_contract_end SET during = tstzrange(lower(contract.during), planned_until)
FROM service_contract contract
WHERE contract.street_id = service_contract_end.street_id
  AND contract.id = service_contract_end.contract_id;

UPDATE service_contract_end SET entered_by = event.actor, entered_in_capacity = event.capacity
FROM event
WHERE event.street_id = service_contract_end.street_id AND event.type = 'service_contract.ended'
  AND event.subject = 'service-contracts/' || service_contract_end.contract_id
  AND event.time = service_contract_end.entered_at;

ALTER TABLE service_contract_end
    ALTER COLUMN during SET NOT NULL,
    ALTER COLUMN entered_by SET NOT NULL,
    ALTER COLUMN ends_at DROP NOT NULL,
    DROP COLUMN planned_until,
    DROP CONSTRAINT service_contract_end__reason,
    ADD CONSTRAINT service_contract_end__reason CHECK (reason IN ('agreed', 'owners_dismissed', 'enterprise_left', 'breach', 'dissolved', 'withdrawn')),
    ADD CONSTRAINT service_contract_end__withdrawn CHECK ((reason = 'withdrawn') = (ends_at IS NULL));

-- Who never served is not rated. The columns stay as they are.

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
WHERE c.during IS NOT NULL AND feed.visible(c.street_id);
