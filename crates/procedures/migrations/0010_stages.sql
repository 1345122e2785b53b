-- Where a case is among the stages of its procedure's own, and by which day it should leave that one. The standard stage stays the one
-- that was reached last.
ALTER TABLE procedures_cases ADD COLUMN own_stage TEXT CHECK (own_stage IS NULL OR stage IN ('received', 'checked', 'decided', 'delivered'));
ALTER TABLE procedures_cases ADD COLUMN own_due_on TEXT CHECK (own_due_on IS NULL OR own_stage IS NOT NULL);
