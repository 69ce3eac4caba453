CREATE VIEW committee_sitting WITH (security_invoker) AS
SELECT street_id, organisation_id, during FROM committee_term;

GRANT SELECT ON committee_sitting TO mb_api;
