-- The MQTT broker that the city's devices report to; at most one. Its password is sealed.
CREATE TABLE assets_broker (
  id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
  address TEXT NOT NULL,
  authorities TEXT NOT NULL,
  user_name TEXT NOT NULL,
  password BYTEA NOT NULL,
  prefix TEXT NOT NULL,
  session TEXT NOT NULL,
  revision BIGINT NOT NULL CHECK (revision >= 1)
);

-- Which node listens to it, and how that goes.
CREATE TABLE assets_broker_listener (
  id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1) REFERENCES assets_broker (id),
  node TEXT NOT NULL,
  until_at BIGINT NOT NULL,
  connected_at BIGINT,
  heard_at BIGINT,
  kept BIGINT NOT NULL CHECK (kept >= 0),
  refused BIGINT NOT NULL CHECK (refused >= 0),
  problem TEXT NOT NULL,
  problem_at BIGINT
);
