-- By what a name is found, and by what it is listed (maplebridge_domain/naming.py). The API's role reads those of
-- organisations; of a person they are the name itself, and it reads them as little as that.

ALTER TABLE organisation ADD COLUMN name_sought TEXT, ADD COLUMN name_listed TEXT COLLATE "C";

ALTER TABLE person ADD COLUMN name_sought TEXT, ADD COLUMN name_listed TEXT COLLATE "C";
