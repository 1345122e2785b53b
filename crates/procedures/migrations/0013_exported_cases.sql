-- Which cases a file held, at which stage and with which version of their answers: what has become of a case since can be written anew.
CREATE TABLE procedures_exported_cases (
  export_id BIGINT NOT NULL REFERENCES procedures_exports (id),
  case_id BIGINT NOT NULL REFERENCES procedures_cases (id),
  stage TEXT NOT NULL CHECK (stage <> ''),
  answers_number BIGINT NOT NULL CHECK (answers_number >= 0),
  PRIMARY KEY (case_id, export_id)
);
CREATE INDEX procedures_exported_cases_by_export ON procedures_exported_cases (export_id);

-- The group of which each line of a file is an entry; empty: each line is a case.
ALTER TABLE procedures_exports ADD COLUMN line_of TEXT NOT NULL DEFAULT '';
