-- A system can be cut off at once; since when.

ALTER TABLE client ADD COLUMN disabled_at TIMESTAMP WITH TIME ZONE;

-- By which appointment a case was reported, a run requested, a record entered: as their events say already.

ALTER TABLE dispute ADD COLUMN reported_in_capacity UUID;

ALTER TABLE evaluation_run ADD COLUMN requested_in_capacity UUID;

ALTER TABLE record ADD COLUMN entered_in_capacity UUID;

ALTER TABLE appointment_proposal ADD COLUMN proposed_in_capacity UUID, ADD COLUMN decided_in_capacity UUID;

UPDATE dispute SET reported_in_capacity = event.capacity
FROM event
WHERE event.street_id = dispute.street_id AND event.type = 'dispute.reported'
  AND event.subject = 'disputes/' || dispute.id AND event.capacity IS NOT NULL;

UPDATE evaluation_run SET requested_in_capacity = event.capacity
FROM event CROSS JOIN LATERAL jsonb_array_elements_text(event.data->'ids') AS told(id)
WHERE event.street_id = evaluation_run.street_id AND event.type = 'evaluation_run.requested'
  AND evaluation_run.id = told.id::uuid AND event.capacity IS NOT NULL;

UPDATE record SET entered_in_capacity = event.capacity
FROM event CROSS JOIN LATERAL jsonb_array_elements_text(event.data->'ids') AS told(id)
WHERE event.street_id = record.street_id AND event.type = 'record.created'
  AND record.id = told.id::uuid AND event.capacity IS NOT NULL;

-- Earlier releases knew a client `sample` that may do everything everywhere; nothing uses it any more. It is
-- cut off as of this release; `maplebridge client enable` takes that back.

UPDATE client SET disabled_at = '2026-11-30 00:00+08'
WHERE client_id = 'sample' AND street_lo = 0 AND street_hi = 999999999;

-- Which roles the offices may give of whom a binding code lets in: looked at when it is used.

ALTER TABLE binding_code ADD COLUMN lets_in TEXT[] DEFAULT '{}' NOT NULL;
