-- The figures of a draw that show how fair it was, as they were when it was drawn: counts without persons, as JSON.
CREATE TABLE booking_lottery_fairness (
  round_id BIGINT NOT NULL PRIMARY KEY REFERENCES booking_lottery_draws (round_id),
  figures TEXT NOT NULL
);
