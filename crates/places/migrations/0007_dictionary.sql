-- What the columns of a file mean, as somebody wrote it: JSON, a list by header; empty: nobody has.
ALTER TABLE places_files ADD COLUMN dictionary TEXT NOT NULL DEFAULT '';
