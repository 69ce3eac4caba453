-- A grid's last place: nearly every right that reaches a place asks for it, at every request.

DROP INDEX grid_placement__grid_id;

CREATE INDEX grid_placement__grid_id ON grid_placement (street_id, grid_id, during);
