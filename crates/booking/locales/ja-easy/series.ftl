series-title = くり返（かえ）しの 予約（よやく）
series-lead = 毎週（まいしゅう）などで まとめて 予約（よやく）した 時間（じかん）です。
series-none = くり返（かえ）しの 予約（よやく）は ありません。
series-to-search = 空（あ）きを さがす
series-new-title = くり返（かえ）して 予約（よやく）する
series-when-title = いつ 使（つか）いますか
series-pattern = くり返（かえ）しかた
series-pattern-weekly = 毎週（まいしゅう）
series-pattern-weekly-support = 例（れい）：毎週（まいしゅう）火曜日（かようび）
series-pattern-fortnightly = 2週間（しゅうかん）に 1回（かい）
series-pattern-fortnightly-support = 例（れい）：1週（しゅう）おきの 火曜日（かようび）
series-pattern-monthly = 毎月（まいつき）
series-pattern-monthly-support = 例（れい）：毎月（まいつき）2回目（かいめ）の 火曜日（かようび）
series-first = はじめの日（ひ）
series-last = いつまで
series-from = はじまり
series-to = おわり
series-to-check = ぜんぶの日（ひ）を 見（み）る
series-check-title = 予約（よやく）の 確認（かくにん）
series-check-lead = まだ 予約（よやく）は できていません。見（み）てから、下（した）のボタンを 押（お）してください。
series-days-title = 日（ひ）
series-failing = 予約（よやく）できない日（ひ）が { $n }日（にち） あります。
series-day-free = 予約（よやく）できます
series-day-closed = 休（やす）みです
series-day-early = まだ 予約（よやく）できません
series-day-late = もう 予約（よやく）できません
series-day-limit = 予約（よやく）できる数（かず）を こえます
series-day-taken = 空（あ）いていません
series-mode = ほかの人（ひと）が 先（さき）に 予約（よやく）した日（ひ）が あるとき
series-mode-possible = その日（ひ）だけ やめる
series-mode-all = ぜんぶ やめる
series-send = この{ $n }日（にち）を 予約（よやく）する
series-nothing = 予約（よやく）できる日（ひ）が ありません。
series-error-backwards = おわりは はじまりより あとにしてください。
series-error-no-days = 日（ひ）が ありません。
series-error-nothing = 予約（よやく）していません。{ $reason }
series-one-title = くり返（かえ）しの 予約（よやく）
series-when = { $pattern }（{ $first }から）{ $times }
series-cancel-title = 残（のこ）りを 取（と）り消（け）す
series-cancel-lead = これからの{ $n }日（にち）を 取（と）り消（け）します。
series-cancel-loses = いま取（と）り消（け）すと、お金（かね）が { $amount } かかり、{ $points }点（てん）つきます。
series-cancel = ぜんぶ 取（と）り消（け）す
series-done-booked = 予約（よやく）しました。番号（ばんごう）は メールで 送（おく）りました。
series-done-cancelled = 取（と）り消（け）しました。
series-mail-subject = 予約（よやく）しました
series-mail-line = { $when } 番号（ばんごう） { $number }
series-mail =
    予約（よやく）しました。

    場所（ばしょ） { $what }

    { $days }

    電話（でんわ） { $phone }
series-mail-by-number =
    くりかえしの 予約（よやく）を うけつけました。

    ばしょ　{ $what }

    { $days }

    見（み）たり やめたり するときは、その 日（ひ）の 予約（よやく）の 番号（ばんごう）を つかって ください。
    わからない とき　{ $phone }
