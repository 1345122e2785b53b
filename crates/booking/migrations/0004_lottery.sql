-- A round of a lottery: what of a facility is drawn for one month of use. Its rules, times and source are those of the day on which it was
-- announced; what is changed in the facility afterwards is for later rounds.
CREATE TABLE booking_lottery_rounds (
  id ID,
  facility_key TEXT NOT NULL REFERENCES booking_facilities (key),
  -- The resource that has rules of its own; empty: all those of the facility's rules.
  scope TEXT NOT NULL,
  month TEXT NOT NULL CHECK (length(month) = 7),
  state TEXT NOT NULL CHECK (state IN ('open', 'frozen', 'drawn', 'finished')),
  rules TEXT NOT NULL,
  source TEXT NOT NULL,
  opens_at BIGINT NOT NULL,
  closes_at BIGINT NOT NULL,
  draws_at BIGINT NOT NULL,
  confirm_by BIGINT NOT NULL,
  first_come_at BIGINT NOT NULL,
  -- The frozen list and its SHA-256.
  list TEXT,
  commitment TEXT CHECK (length(commitment) = 64),
  frozen_at BIGINT,
  UNIQUE (facility_key, scope, month),
  CHECK (opens_at < closes_at AND closes_at < draws_at AND draws_at < confirm_by AND confirm_by <= first_come_at),
  CHECK ((state = 'open') = (list IS NULL)),
  CHECK ((list IS NULL) = (commitment IS NULL)),
  CHECK ((list IS NULL) = (frozen_at IS NULL))
);

-- The draw of a round. The key is what makes a second draw impossible.
CREATE TABLE booking_lottery_draws (
  round_id BIGINT NOT NULL PRIMARY KEY REFERENCES booking_lottery_rounds (id),
  proof TEXT NOT NULL,
  seed TEXT NOT NULL CHECK (length(seed) = 64),
  transcript TEXT NOT NULL,
  drawn_at BIGINT NOT NULL
);

-- Those who give a secret for a round: first its hash, after the freeze the secret itself. Neither is written twice.
CREATE TABLE booking_lottery_shares (
  round_id BIGINT NOT NULL REFERENCES booking_lottery_rounds (id),
  party BIGINT NOT NULL,
  name TEXT NOT NULL CHECK (name <> ''),
  hash TEXT CHECK (length(hash) = 64),
  secret TEXT,
  PRIMARY KEY (round_id, party),
  CHECK (secret IS NULL OR hash IS NOT NULL)
);

-- A public value as two people type it in.
CREATE TABLE booking_lottery_values (
  round_id BIGINT NOT NULL REFERENCES booking_lottery_rounds (id),
  account BIGINT NOT NULL,
  value TEXT NOT NULL CHECK (value <> ''),
  PRIMARY KEY (round_id, account)
);

-- An entry. Who it is for is sealed; `holder` and `person` are keyed hashes of the one it is for and of the one who sent it, the same
-- unless it is a group's. `number` stands in the published list; `receipt_hash` is of the number that opens the entry.
CREATE TABLE booking_lottery_entries (
  id ID,
  round_id BIGINT NOT NULL REFERENCES booking_lottery_rounds (id),
  number TEXT NOT NULL CHECK (length(number) = 10),
  receipt_hash TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('entered', 'withdrawn', 'lost', 'won', 'accepted', 'declined', 'lapsed', 'blocked')),
  holder TEXT NOT NULL CHECK (holder <> ''),
  person TEXT NOT NULL CHECK (person <> ''),
  resident BIGINT,
  visit TEXT,
  channel TEXT NOT NULL,
  language TEXT NOT NULL,
  choices TEXT NOT NULL,
  purpose TEXT NOT NULL,
  people BIGINT NOT NULL CHECK (people > 0),
  lives_here BIGINT NOT NULL CHECK (lives_here IN (0, 1)),
  sealed BYTEA NOT NULL,
  -- Sent twice with the same mark it is made once.
  request TEXT UNIQUE,
  tickets BIGINT NOT NULL CHECK (tickets >= 1),
  -- Its place in the draw, the choice it got, and why not the ones before: for each the place it went to, or b for beforehand.
  place BIGINT,
  won BIGINT,
  why TEXT,
  -- Until when whoever won must answer.
  answer_by BIGINT,
  -- Whether it was offered to a runner-up after the draw.
  offered BIGINT NOT NULL CHECK (offered IN (0, 1)),
  -- Whether a mail about the outcome is still to be written.
  to_tell BIGINT NOT NULL CHECK (to_tell IN (0, 1)),
  made_at BIGINT NOT NULL,
  revision BIGINT NOT NULL CHECK (revision >= 1),
  UNIQUE (round_id, number),
  CHECK (state <> 'won' OR answer_by IS NOT NULL)
);
CREATE INDEX booking_lottery_entries_round ON booking_lottery_entries (round_id, state);
CREATE INDEX booking_lottery_entries_holder ON booking_lottery_entries (holder, round_id);
CREATE INDEX booking_lottery_entries_person ON booking_lottery_entries (person, round_id);
CREATE INDEX booking_lottery_entries_resident ON booking_lottery_entries (resident);
CREATE INDEX booking_lottery_entries_visit ON booking_lottery_entries (visit) WHERE visit IS NOT NULL;
CREATE INDEX booking_lottery_entries_tell ON booking_lottery_entries (round_id) WHERE to_tell = 1;

-- The reservations that an entry won.
CREATE TABLE booking_lottery_wins (
  reservation_id BIGINT NOT NULL PRIMARY KEY REFERENCES booking_reservations (id),
  entry_id BIGINT NOT NULL REFERENCES booking_lottery_entries (id)
);
CREATE INDEX booking_lottery_wins_entry ON booking_lottery_wins (entry_id);

-- What was given up and is kept until a random moment.
CREATE TABLE booking_lottery_kept (
  reservation_id BIGINT NOT NULL PRIMARY KEY REFERENCES booking_reservations (id),
  release_at BIGINT NOT NULL
);
