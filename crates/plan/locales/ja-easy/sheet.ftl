# 年次シート（PDF）
sheet-not-computable = まだ ない
sheet-running = （年度（ねんど）の とちゅう）
sheet-summary = どんなこと
sheet-purpose = なぜ するか
sheet-outcome = どうなると いいか
sheet-measure = なにで はかるか
sheet-planned = めざす 数（かず）
sheet-actual = けっか
sheet-lead-departments = 担当（たんとう）
sheet-related-departments = 関係（かんけい）する ところ
sheet-achieved = できた
sheet-missed = できなかった
sheet-on-track = うまく すすんでいる
sheet-behind = おくれている
sheet-cannot-judge = わからない
