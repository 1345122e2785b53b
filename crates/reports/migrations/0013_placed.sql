-- A row of the history that says that the place was corrected: a report that is routed anew, which a program of before this shows as such.
ALTER TABLE reports_steps ADD COLUMN is_of_place BIGINT NOT NULL DEFAULT 0 CHECK (is_of_place IN (0, 1));
