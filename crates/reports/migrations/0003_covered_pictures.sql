-- A picture in which faces and number plates are painted over: what the public sees of it.
ALTER TABLE reports_photos ADD COLUMN covered BYTEA;
-- What is painted over, as JSON: [{"left","top","width","height"}] in thousandths. Empty: somebody looked, and nothing has to be.
ALTER TABLE reports_photos ADD COLUMN covered_parts TEXT;
-- Who found the parts. Staff's word is not changed by a program's.
ALTER TABLE reports_photos ADD COLUMN covered_by TEXT CHECK (covered_by IN ('staff', 'program'));
