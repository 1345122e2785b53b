check-at-row = { $n }行目（ぎょうめ）
