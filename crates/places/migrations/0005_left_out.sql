-- Rows of a layer's dataset that are beyond what a layer takes: pages say so.
ALTER TABLE places_layers ADD COLUMN left_out BIGINT NOT NULL DEFAULT 0 CHECK (left_out >= 0);
