series-title = くり返しの予約
series-lead = 毎週などでまとめて予約した時間です。
series-none = くり返しの予約はありません。場所の空きのページから申し込めます。
series-to-search = 空きを探す
series-new-title = くり返して予約する
series-when-title = いつ使いますか
series-pattern = くり返し方
series-pattern-weekly = 毎週
series-pattern-weekly-support = 例：毎週火曜日
series-pattern-fortnightly = 2週間ごと
series-pattern-fortnightly-support = 例：1週おきの火曜日
series-pattern-monthly = 毎月（第何何曜日）
series-pattern-monthly-support = 例：初日が第2火曜日なら、毎月第2火曜日
series-first = 初日
series-last = いつまで
series-from = 始まり
series-to = 終わり
series-to-check = すべての日を確かめる
series-check-title = くり返しの予約の確認
series-check-lead = まだ予約は終わっていません。日ごとに確かめて、下のボタンを押してください。
series-days-title = 日の一覧
series-failing = 予約できない日が{ $n }日あります。
series-day-free = 予約できます
series-day-closed = 休みの日か、貸し出していない時間です
series-day-early = まだ受付が始まっていません
series-day-late = 受付が終わりました
series-day-limit = 予約できる数を超えます
series-day-taken = 空きがありません
series-mode = 予約する間に、ほかの方に取られた日があったとき
series-mode-possible = その日だけあきらめて、残りを予約する
series-mode-all = 1日も予約しない
series-send = この{ $n }日を予約する
series-nothing = 予約できる日がありません。日や時間を変えてください。
series-error-backwards = 終わりは始まりより後の時刻にしてください。
series-error-no-days = この間に当てはまる日がありません。初日より後の日にしてください。
series-error-nothing = 1日も予約していません。{ $reason }
series-one-title = くり返しの予約の内容
series-when = { $pattern }（{ $first }から）{ $times }
series-cancel-title = 残りの取消し
series-cancel-lead = これからの{ $n }日を、まとめて取り消します。1日だけ取り消すときは、その日の「見る」から取り消してください。
series-cancel-loses = いま取り消すと、合わせて{ $amount }がかかり、ペナルティが{ $points }点つきます。
series-cancel = 残りをすべて取り消す
series-done-booked = 予約しました。予約番号はメールでお送りしました。
series-done-cancelled = 残りの予約を取り消しました。
series-mail-subject = くり返しの予約を受け付けました
series-mail-line = { $when }　予約番号 { $number }
series-mail =
    くり返しの予約を受け付けました。

    場所　{ $what }

    { $days }

    確認や取消しは、市のサイトの「くり返しの予約」でできます。
    お問い合わせ　{ $phone }
series-mail-by-number =
    くり返しの予約を受け付けました。

    場所　{ $what }

    { $days }

    確認や取消しは、日ごとの予約番号でできます。
    お問い合わせ　{ $phone }
