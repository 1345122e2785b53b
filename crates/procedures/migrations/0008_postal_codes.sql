-- What postal codes stand for, as Japan Post publishes it: public, nothing about a person. An import takes the place of everything of the
-- prefectures that it holds. A code may stand for several towns, even of different prefectures.
CREATE TABLE procedures_postal_areas (
  id ID,
  code TEXT NOT NULL CHECK (length(code) = 7),
  prefecture TEXT NOT NULL CHECK (prefecture <> ''),
  city TEXT NOT NULL CHECK (city <> ''),
  town TEXT NOT NULL,
  UNIQUE (code, prefecture, city, town)
);
CREATE INDEX procedures_postal_areas_by_prefecture ON procedures_postal_areas (prefecture);
