-- A case opened from the list of a resident's account is seen only by whoever is signed in to it.
ALTER TABLE procedures_case_sessions ADD COLUMN resident BIGINT;

-- When the applicant was reminded of the last day of a correction.
ALTER TABLE procedures_case_corrections ADD COLUMN reminded_at BIGINT;
