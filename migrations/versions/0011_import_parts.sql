-- An address is a household's as long as it lives there, and nobody else's in that unit.

ALTER TABLE household_placement ADD COLUMN address TEXT;

UPDATE household_placement AS place SET address = household.address
FROM household
WHERE household.street_id = place.street_id AND household.id = place.household_id;

-- What was entered twice stays, told apart by a number, until somebody has looked which of them is one.

UPDATE household_placement AS place SET address = place.address || '（重复' || twice.no || '）'
FROM (
    SELECT street_id, id, row_number() OVER (
        PARTITION BY street_id, grid_id, address ORDER BY lower(during), household_id
    ) AS no
    FROM household_placement WHERE upper_inf(during)
) AS twice
WHERE twice.street_id = place.street_id AND twice.id = place.id AND twice.no > 1;

ALTER TABLE household_placement ALTER COLUMN address SET NOT NULL;

ALTER TABLE household DROP COLUMN address;

CREATE UNIQUE INDEX household_placement__household_taken
    ON household_placement (street_id, grid_id, address) WHERE upper_inf(during);
