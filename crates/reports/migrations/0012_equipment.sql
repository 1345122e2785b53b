-- The piece of equipment that a report is about, as its register knows it, such as assets/12; empty: none.
ALTER TABLE reports_reports ADD COLUMN equipment TEXT NOT NULL DEFAULT '';
CREATE INDEX reports_reports_equipment ON reports_reports (equipment, received_at) WHERE equipment <> '';
