-- A system can be cut off at once; since when.

ALTER TABLE client ADD COLUMN disabled_at TIMESTAMP WITH TIME ZONE;
