-- The values of the newest version of a file as they are searched, one on a line. Made from the version, never the other way around.
CREATE TABLE places_values (
  dataset TEXT NOT NULL,
  file BIGINT NOT NULL,
  version BIGINT NOT NULL,
  folded TEXT NOT NULL,
  PRIMARY KEY (dataset, file),
  FOREIGN KEY (dataset, file) REFERENCES places_files (dataset, number)
);
