-- Places where people stay when they cannot stay at home, with how it is there now.
CREATE TABLE disaster_shelters (
  id ID,
  -- The number of the place in the national dataset, or one of the city's own. It stands in addresses.
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  name_en TEXT NOT NULL,
  address TEXT NOT NULL,
  -- Millionths of a degree.
  latitude BIGINT NOT NULL CHECK (latitude BETWEEN 20000000 AND 46000000),
  longitude BIGINT NOT NULL CHECK (longitude BETWEEN 122000000 AND 154000000),
  capacity BIGINT CHECK (capacity > 0),
  -- The kinds of disaster it is for, with spaces around each.
  kinds TEXT NOT NULL,
  -- What is there for those who need it, the same way.
  equipment TEXT NOT NULL,
  is_listed BIGINT NOT NULL CHECK (is_listed IN (0, 1)),
  folded TEXT NOT NULL,
  is_open BIGINT NOT NULL CHECK (is_open IN (0, 1)),
  emergency BIGINT REFERENCES emergencies (id),
  opened_at BIGINT,
  people BIGINT CHECK (people BETWEEN 0 AND 100000),
  crowding TEXT CHECK (crowding IN ('free', 'some', 'crowded', 'full')),
  needs TEXT NOT NULL,
  note TEXT NOT NULL,
  told_at BIGINT,
  revision BIGINT NOT NULL CHECK (revision >= 1),
  CHECK ((is_open = 1) = (opened_at IS NOT NULL)),
  CHECK (is_open = 1 OR (people IS NULL AND crowding IS NULL AND needs = ''))
);
CREATE INDEX disaster_shelters_open ON disaster_shelters (is_listed, is_open);

-- Everything that was told about a shelter. `at` is when it was so, `entered_at` when it was entered.
CREATE TABLE disaster_shelter_states (
  id ID,
  shelter BIGINT NOT NULL REFERENCES disaster_shelters (id),
  emergency BIGINT REFERENCES emergencies (id),
  at BIGINT NOT NULL,
  entered_at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  channel TEXT NOT NULL,
  is_open BIGINT NOT NULL CHECK (is_open IN (0, 1)),
  people BIGINT CHECK (people BETWEEN 0 AND 100000),
  crowding TEXT,
  needs TEXT NOT NULL,
  note TEXT NOT NULL,
  CHECK (entered_at >= at)
);
CREATE INDEX disaster_shelter_states_shelter ON disaster_shelter_states (shelter, at, id);
CREATE INDEX disaster_shelter_states_emergency ON disaster_shelter_states (emergency, at, id);

-- Roads that are closed.
CREATE TABLE disaster_closures (
  id ID,
  emergency BIGINT REFERENCES emergencies (id),
  place TEXT NOT NULL,
  -- Corners as JSON, [[longitude, latitude], …] in millionths of a degree; one is a point, more are a line.
  corners TEXT NOT NULL,
  reason TEXT NOT NULL,
  detour TEXT NOT NULL,
  closed_at BIGINT NOT NULL,
  -- When it is expected to be open again.
  until BIGINT,
  lifted_at BIGINT,
  changed_at BIGINT NOT NULL,
  revision BIGINT NOT NULL CHECK (revision >= 1),
  CHECK (lifted_at IS NULL OR lifted_at >= closed_at)
);
CREATE INDEX disaster_closures_open ON disaster_closures (lifted_at, closed_at);
