-- By when a case should have been decided before its time was extended (期間の延長): whether it was decided in time is measured by this.
ALTER TABLE procedures_cases ADD COLUMN due_before_extension TEXT CHECK (length(due_before_extension) = 10);
