-- What a grid has is kept where its name is: from when to when. Nobody has entered any of it yet.

ALTER TABLE organisation
    ADD COLUMN party_tier TEXT GENERATED ALWAYS AS (
        CASE kind WHEN 'street_working_committee' THEN 'street' WHEN 'community_party_org' THEN 'community'
        WHEN 'quarter_party_org' THEN 'quarter' WHEN 'building_party_group' THEN 'building' END) STORED,
    ADD CONSTRAINT organisation__during__party_tier
        UNIQUE (street_id, id, party_tier, during WITHOUT OVERLAPS);

ALTER TABLE grid_description
    ADD COLUMN cameras TEXT,
    ADD COLUMN access_control BOOLEAN,
    ADD COLUMN service_centre TEXT,
    ADD COLUMN hall TEXT,
    ADD COLUMN central_household_id UUID,
    ADD COLUMN party_org_id UUID,
    ADD COLUMN party_tier TEXT GENERATED ALWAYS AS (
        CASE level WHEN 'lane' THEN 'building' WHEN 'unit' THEN 'building' ELSE level END) STORED,
    ADD CONSTRAINT grid_description__cameras CHECK (cameras IN ('signed', 'unsigned')),
    ADD CONSTRAINT grid_description__unknown_reference__central_household_id
        FOREIGN KEY (street_id, central_household_id) REFERENCES household (street_id, id),
    ADD CONSTRAINT grid_description__unknown_reference__party_org_id
        FOREIGN KEY (street_id, party_org_id) REFERENCES organisation (street_id, id),
    ADD CONSTRAINT grid_description__party_org_not_of_level
        FOREIGN KEY (street_id, party_org_id, party_tier, PERIOD during)
        REFERENCES organisation (street_id, id, party_tier, PERIOD during),
    ADD CONSTRAINT grid_description__attribute_not_here CHECK (
        (level IN ('quarter', 'lane', 'unit')
         OR cameras IS NULL AND access_control IS NOT true AND central_household_id IS NULL)
        AND (level IN ('community', 'quarter') OR service_centre IS NULL AND hall IS NULL));

CREATE INDEX grid_description__party_org_id ON grid_description (street_id, party_org_id);
