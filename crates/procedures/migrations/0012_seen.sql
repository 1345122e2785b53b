-- When somebody at the desk first opened the case after the corrected answers had come; what was answered before this was kept counts as seen.
ALTER TABLE procedures_case_corrections ADD COLUMN seen_at BIGINT;
UPDATE procedures_case_corrections SET seen_at = ended_at WHERE ended_at IS NOT NULL;

-- What the desk has not seen yet is little, and asked for by every page of the inbox.
CREATE INDEX procedures_case_messages_new ON procedures_case_messages (case_id) WHERE from_desk = 0 AND read_at IS NULL;
CREATE INDEX procedures_case_corrections_new ON procedures_case_corrections (case_id) WHERE answers_number IS NOT NULL AND seen_at IS NULL;
