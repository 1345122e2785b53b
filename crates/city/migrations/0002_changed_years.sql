-- What the change that last touched a row can be recognised by: SQLite: the number of its last fact; PostgreSQL: its
-- transaction. Nodes read again only what changed since they last looked.
ALTER TABLE fact_years ADD COLUMN changed BIGINT NOT NULL DEFAULT 0;
CREATE INDEX fact_years_changed ON fact_years (changed);
