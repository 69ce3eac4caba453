-- Strikes words from what was answered under keys about some resources: also of callers whose range is wider
-- than the street, and whose keys this transaction does not see.

CREATE FUNCTION mb_strike_answers(of_street integer, ids text[], said text, struck text) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE idempotency SET answer = regexp_replace(answer, said, struck, 'g')
    WHERE substr(answer, 10, 36) = ANY(ids) AND feed.visible(of_street)
$$;

REVOKE EXECUTE ON FUNCTION mb_strike_answers FROM PUBLIC;

GRANT EXECUTE ON FUNCTION mb_strike_answers TO mb_api;

-- Notes are written once; a name goes from them when its person is erased.

GRANT UPDATE (note) ON appointment_history TO mb_api;

GRANT UPDATE (note) ON service_contract_end TO mb_api;
