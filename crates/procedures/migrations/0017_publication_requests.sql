-- Whoever designs a form without being allowed to put it live asks for it; whoever may puts it live or sends it back. One request for
-- each version: asked again, it begins anew. People as in procedures_versions (`staff:12`); live_from is only a wish.
CREATE TABLE procedures_publication_requests (
  procedure_key TEXT NOT NULL,
  number BIGINT NOT NULL,
  -- The revision of the draft that was asked for: a later one was changed since.
  revision BIGINT NOT NULL CHECK (revision >= 1),
  asked_by TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  live_from TEXT CHECK (length(live_from) = 10),
  remark TEXT NOT NULL CHECK (length(remark) <= 1000),
  answered_by TEXT,
  answered_at BIGINT,
  answer TEXT CHECK (length(answer) BETWEEN 1 AND 1000),
  PRIMARY KEY (procedure_key, number),
  FOREIGN KEY (procedure_key, number) REFERENCES procedures_versions (procedure_key, number),
  CHECK ((answered_by IS NULL) = (answered_at IS NULL) AND (answered_by IS NULL) = (answer IS NULL))
);
