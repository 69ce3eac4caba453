-- An import is undone within a range only, and while nobody has acted by what it gave: the log names it.

CREATE OR REPLACE FUNCTION mb_undo_import(of_street integer, of_import uuid) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made record;
    removed integer;
    total integer := 0;
BEGIN
    IF feed.visible(of_street) IS NOT TRUE THEN  -- in no range it is unknown
        RETURN 0;
    END IF;
    FOR made IN
        SELECT kind, ids FROM import_made
        WHERE street_id = of_street AND import_id = of_import ORDER BY no DESC
    LOOP
        IF EXISTS (SELECT FROM record WHERE street_id = of_street AND subject_id = ANY (made.ids))
           OR EXISTS (SELECT FROM ballot WHERE street_id = of_street AND subject_id = ANY (made.ids))
           OR EXISTS (SELECT FROM login WHERE street_id = of_street AND person_id = ANY (made.ids))
           OR EXISTS (SELECT FROM event WHERE street_id = of_street AND capacity = ANY (made.ids))
           OR EXISTS (SELECT FROM evaluation_result
                      WHERE street_id = of_street AND subject_id = ANY (made.ids)) THEN
            RAISE foreign_key_violation;
        END IF;
        IF made.kind = 'grid' THEN
            DELETE FROM grid_placement WHERE street_id = of_street AND grid_id = ANY (made.ids);
            DELETE FROM grid_description WHERE street_id = of_street AND grid_id = ANY (made.ids);
        ELSIF made.kind = 'household' THEN
            DELETE FROM household_placement
            WHERE street_id = of_street AND household_id = ANY (made.ids);
        END IF;
        EXECUTE format('DELETE FROM %I WHERE street_id = $1 AND id = ANY ($2) AND version = 1', made.kind)
        USING of_street, made.ids;
        GET DIAGNOSTICS removed = ROW_COUNT;
        IF removed <> cardinality(made.ids) THEN
            RAISE foreign_key_violation;
        END IF;
        total := total + removed;
    END LOOP;
    DELETE FROM import_made WHERE street_id = of_street AND import_id = of_import;
    RETURN total;
EXCEPTION WHEN foreign_key_violation THEN
    RAISE foreign_key_violation USING CONSTRAINT = 'import_run__import_rested_on';
END $$;
