-- Reports that stand in the account of whoever sent them, when they wanted it. The account is a keyed hash: nobody reads from this table who
-- reported what.
CREATE TABLE reports_own (
  report BIGINT NOT NULL PRIMARY KEY REFERENCES reports_reports (id),
  resident TEXT NOT NULL
);
CREATE INDEX reports_own_resident ON reports_own (resident, report);
