-- What shows a cross-appointment stands with it, whichever way it was entered.

ALTER TABLE appointment ADD COLUMN evidence JSONB;

ALTER TABLE appointment_history ADD COLUMN evidence JSONB;

GRANT UPDATE (evidence) ON appointment_history TO mb_api;

UPDATE appointment SET evidence = proposal.evidence
FROM appointment_proposal AS proposal
WHERE proposal.street_id = appointment.street_id AND proposal.appointment_id = appointment.id
  AND appointment.step IS NOT NULL AND proposal.evidence <> '[]';

-- A contract is what a cross-appointment rests on: it comes by a sheet before that, and can be undone.
ALTER TABLE import_run DROP CONSTRAINT import_run__shape;

ALTER TABLE import_run ADD CONSTRAINT import_run__shape CHECK (shape IN (
    'grids', 'households', 'organisations', 'people', 'contracts', 'appointments'));

ALTER TABLE import_made DROP CONSTRAINT import_made__kind;

ALTER TABLE import_made ADD CONSTRAINT import_made__kind CHECK (kind IN (
    'grid', 'household', 'organisation', 'post', 'person', 'service_contract', 'appointment',
    'grid_description'));
