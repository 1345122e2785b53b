# 計算できない理由
measuring-not-computable-entered = この指標は手入力です。根拠とあわせて数値を入力してください。
measuring-not-computable-future = { $year }はまだ始まっていません。
measuring-not-computable-no-facts = { $year }の「{ $measure }」の記録がありません。
measuring-not-computable-denominator = 分母が{ $denominator }のため、割合を計算できません。
measuring-not-computable-no-subjects = 分母が1以上の対象がないため、平均を計算できません。
measuring-not-computable-base-missing = 基準年度（{ $year }）の数値がありません。基準値を入力してください。
measuring-not-computable-base = 基準年度（{ $year }）の値が{ $base }のため、増減率を計算できません。
measuring-not-computable-departments-unknown = { $year }の部署の一覧がありません。部署の数を計算式に入力してください。
measuring-not-computable-departments-too-many = 該当する部署が{ $did }あり、計算式の部署の数（{ $of }）を超えています。計算式を直してください。
measuring-not-computable-too-large = 値が大きすぎて表せません。記録の数量を確認してください。

# 計算式
measuring-formula-count = { $what }の年度内の件数
measuring-formula-sum = { $what }の年度内の合計
measuring-formula-stock = { $what }の年度末までの累計
measuring-formula-maximum = { $what }の年度内の最大値
measuring-formula-ratio = { $numerator } ÷ { $denominator } × 100（年度内）
measuring-formula-ratio-year-end = { $numerator } ÷ { $denominator } × 100（年度末時点）
measuring-formula-mean = 対象ごとの「{ $numerator } ÷ { $denominator } × 100」の平均（年度内）
measuring-formula-mean-year-end = 対象ごとの「{ $numerator } ÷ { $denominator } × 100」の平均（年度末時点）
measuring-formula-growth = { $what }の{ $year }からの増減率（年度内の合計で比較）
measuring-formula-growth-year-end = { $what }の{ $year }からの増減率（年度末時点で比較）
measuring-formula-departments = { $what }の記録が1件以上ある部署 ÷ 年度末の全部署 × 100
measuring-formula-departments-of = { $what }の記録が1件以上ある部署 ÷ { $of }部署 × 100
measuring-formula-survey = 「{ $measure }」で{ $answers }と答えた数 ÷ 回答数 × 100
measuring-formula-entered = 手入力（根拠を添えて入力）
measuring-selection = 「{ $measure }」
measuring-selection-filtered = 「{ $measure }」（{ $filters }）
measuring-filter-departments = 部署：{ $list }
measuring-filter-channels = 受付方法：{ $list }
measuring-filter-subjects = 対象：{ $list }
measuring-rounding-half-up = 小数点以下{ $places }桁に四捨五入
measuring-rounding-cut-off = 小数点以下{ $places }桁より下を切捨て
measuring-rounding-up = 小数点以下{ $places }桁より下を切上げ

# 計算の過程
measuring-trace-count = { $year }の記録：{ $facts }件
measuring-trace-sum = { $year }の記録{ $facts }件の合計：{ $quantity }
measuring-trace-stock = { $since }からの記録{ $facts }件の累計：{ $quantity }
measuring-trace-ratio = { $numerator } ÷ { $denominator } × 100
measuring-trace-mean = 対象{ $n }件それぞれの割合の平均（途中では端数処理をしません）
measuring-trace-growth = （{ $current } − { $base }）÷ { $base } × 100（基準：{ $year }）
measuring-trace-growth-given = （{ $current } − { $base }）÷ { $base } × 100（基準：{ $year }。基準値は計算式に入力された値）
measuring-trace-maximum = 記録{ $facts }件のうち最大：{ $quantity }
measuring-trace-until = { $date }までの記録
measuring-trace-exact = ＝ { $value }
measuring-trace-half-up = ＝ { $unrounded }、四捨五入して { $value }
measuring-trace-cut-off = ＝ { $unrounded }、切り捨てて { $value }
measuring-trace-up = ＝ { $unrounded }、切り上げて { $value }
measuring-trace-half-up-endless = ＝ { $unrounded }…、四捨五入して { $value }
measuring-trace-cut-off-endless = ＝ { $unrounded }…、切り捨てて { $value }
measuring-trace-up-endless = ＝ { $unrounded }…、切り上げて { $value }
measuring-trace-provisional = { $year }の途中のため、速報値です。
measuring-note-numerator-without-facts = 「{ $measure }」の記録がないため、分子は0です。
measuring-note-over-hundred = 分子が分母を上回っています。
measuring-note-subjects-left-out = 分母がない対象{ $n }件は平均に含めていません。
measuring-note-without-subject = 対象の書かれていない記録は平均に含めていません。
measuring-note-departments-outside = 年度末に存在しない部署{ $n }件は数えていません。
measuring-note-unanswered = 回答のない{ $n }件は、分子にも分母にも含めていません。

# 達成状況
measuring-status-achieved = 達成
measuring-status-on-track = 順調
measuring-status-behind = 遅れ・未達成
measuring-status-cannot-be-judged = 評価できない
measuring-direction-more = 増やす
measuring-direction-fewer = 減らす
measuring-direction-keep = 維持する
measuring-direction-at-most = 以内に収める
measuring-direction-by-qualifier = 目標値に添えられた言葉から「{ $direction }」指標と読み取りました。
measuring-direction-by-baseline = 基準値と目標値から「{ $direction }」指標と読み取りました。
measuring-direction-by-targets = 年度ごとの目標値から「{ $direction }」指標と読み取りました。
measuring-judged-more-met = 実績{ $actual }は、{ $year }の目標{ $target }に達しています。
measuring-judged-more-missed = 実績{ $actual }は、{ $year }の目標{ $target }に達していません。
measuring-judged-at-most-met = 実績{ $actual }は、{ $year }の目標{ $target }以内です。
measuring-judged-at-most-missed = 実績{ $actual }は、{ $year }の目標{ $target }を超えています。
measuring-judged-keep-met = 実績{ $actual }は、{ $year }の目標{ $target }と同じ水準です。
measuring-judged-keep-missed = 実績{ $actual }は、{ $year }の目標{ $target }と異なります。
measuring-judged-line-on-track = 実績{ $actual }は、現時点の目安{ $expected }に沿っています。
measuring-judged-line-behind = 実績{ $actual }は、現時点の目安{ $expected }に届いていません。
measuring-judged-line-from-baseline = 目安は、基準値{ $start }（{ $startyear }）と目標{ $target }（{ $year }）を直線で結んだ値です。{ $percent }%の差までは順調とします。
measuring-judged-line-from-actual = 目安は、最初の実績{ $start }（{ $startyear }）と目標{ $target }（{ $year }）を直線で結んだ値です。{ $percent }%の差までは順調とします。
measuring-judged-share-of-year = 目安は、目標{ $target }（{ $year }）と年度の経過日数によります。{ $percent }%の差までは順調とします。
measuring-unjudged-no-actual = { $year }の実績がありません。
measuring-unjudged-no-actual-yet = { $year }の実績はまだありません。
measuring-unjudged-actual-dash = { $year }の実績は「-」で、理由が書かれていません。
measuring-unjudged-actual-not-carried-out = { $year }は未実施です。
measuring-unjudged-actual-no-figure = { $year }の実績は「数値なし」です。
measuring-unjudged-actual-words = { $year }の実績は文章で、数値ではありません。
measuring-unjudged-actual-missing = { $year }の実績の数値は、元の資料で失われています。
measuring-unjudged-no-target = 目標値が定められていません。
measuring-unjudged-target-words = 目標は文章で、数値ではありません。
measuring-unjudged-target-missing = 目標の数値は、元の資料で失われています。
measuring-unjudged-target-no-figure = { $year }の目標に数値がありません。
measuring-unjudged-direction-unknown = 増やす指標か減らす指標かが分かりません。指標の方向を設定してください。
measuring-unjudged-no-start = 目標の年度はまだ先で、比べるための基準値も前の実績もありません。
measuring-unjudged-still-accumulating = 年度の途中で集計中のため、維持できているかはまだ分かりません。
measuring-overridden = { $by }の判断により「{ $status }」としています（{ $date }）。理由：{ $reason }
measuring-overridden-computed = 数値による判定は「{ $status }」です。


# 見込み
measuring-projection-likely = これまでの傾向が続けば、{ $year }の目標{ $target }に届く見込みです。
measuring-projection-open = これまでの傾向が続いても、{ $year }の目標{ $target }に届くかどうかは分かりません。
measuring-projection-unlikely = これまでの傾向のままでは、{ $year }の目標{ $target }に届かない見込みです。
measuring-projection-range = { $year }の見込みは{ $value }（{ $percent }%の確からしさで{ $low }～{ $high }）です。
measuring-projection-limits = 過去{ $n }年分の実績を直線で延ばした値です。これから始まる取組の効果は含みません。
measuring-no-projection-too-few = 実績が{ $n }年分のため、見込みを出せません（{ $of }年分から）。
measuring-no-projection-reached = 目標年度の実績が出ているため、見込みはありません。
measuring-no-projection-too-far = 目標年度が最後の実績から{ $years }年より先のため、見込みを出せません。
measuring-no-projection-too-large = 数値が大きすぎて、見込みを出せません。

# 公表値の検算
measuring-arithmetic-follows = 公表値{ $published }は、根拠の件数と合っています。
measuring-arithmetic-half-up-only = 公表値{ $published }は、四捨五入した値です（切捨てでは{ $cutoff }）。
measuring-arithmetic-cut-off-only = 公表値{ $published }は、切り捨てた値です（四捨五入では{ $halfup }）。
measuring-arithmetic-up-only = 公表値{ $published }は、切り上げた値です（四捨五入では{ $halfup }、切捨てでは{ $cutoff }）。
measuring-arithmetic-does-not-follow = 公表値{ $published }は、根拠の件数と合いません（四捨五入では{ $halfup }、切捨てでは{ $cutoff }）。
measuring-arithmetic-quotient = { $numerator } ÷ { $denominator } から計算した値は{ $quotient }です。
measuring-arithmetic-quotient-endless = { $numerator } ÷ { $denominator } から計算した値は{ $quotient }…です。
measuring-arithmetic-mixed = この資料では、端数処理の方法が数値によって異なります。
measuring-arithmetic-common = 検算した数値は、すべて次の端数処理で説明できます：{ $list }
measuring-way-half-up = 四捨五入
measuring-way-cut-off = 切捨て
measuring-way-up = 切上げ

# データの確かさ
measuring-quality-high = 高い
measuring-quality-medium = ふつう
measuring-quality-low = 要確認
measuring-source-recorded = 業務の記録から自動で計算しています。
measuring-source-posted = 他のシステムから送られた記録から計算しています。
measuring-source-uploaded = 取り込んだファイルの記録から計算しています。
measuring-source-entered = 手入力の数値です。
measuring-source-read-from-sheet = 公表資料から読み取った数値です。
measuring-source-unknown = 数値の出どころが分かりません。
measuring-quality-no-evidence = 根拠の件数などが登録されていません。
measuring-quality-prompt = 発生から記録まで、中央値で{ $days }日です。
measuring-quality-late = 発生から記録まで、中央値で{ $days }日かかっています。
measuring-quality-never-recounted = 記録の数え直しは、まだ行われていません。
measuring-quality-recounted = { $date }に記録を数え直し、違いはありませんでした。
measuring-quality-recount-differs = { $date }に記録を数え直したところ、違いが{ $n }件ありました。
measuring-quality-open-doubts = 確認が済んでいない点が{ $n }件あります。

# 他市との比較
measuring-comparison-same-name = 「{ $name }」は名前も単位も同じです。
measuring-comparison-synonym = 「{ $name }」は同じ意味の言葉で書かれていて、単位も同じです。
measuring-comparison-alike = 「{ $name }」は名前が似ていて（{ $percent }%）、単位も同じです。
