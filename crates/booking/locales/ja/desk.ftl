desk-home = マイページ
desk-title = 予約の受付
desk-waiting = 確認を待っている予約
desk-today = 今日の予約
desk-nothing-today = 今日の予約はありません。
desk-given-up = 今日、取り消された予約
desk-places = 施設
desk-count-today = 今日 { $n }件
desk-own = 公用
desk-own-title = 使う理由
desk-closed = 休館
desk-column-time = 時間
desk-column-when = 日時
desk-column-what = 場所
desk-column-resource = 部屋・面
desk-column-who = 申込者
desk-column-purpose = 使いみち
desk-column-people = 人数
desk-column-state = 状態
desk-column-came = 操作
desk-column-taken = 予約
desk-column-free = 空き
desk-column-at = 日時
desk-column-happened = 内容
desk-column-by = 行った人
desk-column-way = 見た場面
desk-step-approve = 承認する
desk-step-refuse = お断りする
desk-step-cancel = 取り消す
desk-step-check-in = 来た
desk-step-absent = 来なかった
desk-step-take-back = 来た・来なかったを戻す
desk-plan = 予約の表
desk-plan-lead = 予約の時間を選ぶと内容が開きます。空きの時間を選ぶと、電話や窓口の予約を入力できます。
desk-plan-day = 1日の表
desk-plan-week = 1週間の表
desk-day = 日
desk-show = 表示する
desk-free-times = 空き{ $n }
desk-left = 残り{ $n }
desk-not-open = 休み
desk-official = 公用で使う
desk-closures = 休館
desk-reservation = 予約
desk-steps = この予約の手続
desk-because = 理由・お知らせ
desk-because-support = 承認・お断り・取消しのときに、申込者へメールで伝えます。お断りするときは必ず入力してください。
desk-waive-label = 取消料
desk-waive = 取消料（{ $amount }）をとらない
desk-contact = 申込者
desk-fee = 使用料
desk-total = 合計
desk-agreed = 減額・免除
desk-agree = 減免を決める
desk-paid = 支払済みの額
desk-paid-nothing = まだ支払われていません
desk-to-give-back = 返金する額
desk-pay = { $amount }の支払いを受けた
desk-give-back = { $amount }を返金した
desk-unpay = 支払いの記録を取り消す
desk-channel = 受付の方法
desk-channel-online = ウェブ
desk-channel-counter = 窓口
desk-channel-phone = 電話
desk-channel-other = その他
desk-made-at = 受付日時
desk-gave-way = この使用のために取り消した予約
desk-gave-way-to = 取消しの理由
desk-closure = 休館
desk-closure-show = 休館の内容
desk-notes = メモ
desk-note = メモ
desk-note-support = 職員だけが見ます
desk-note-add = メモを残す
desk-permit = 使用許可書（PDF）
desk-history = これまでの経過
desk-by-program = システム
desk-by-holder = 申込者
desk-happened-booked = 受け付けました
desk-happened-step = 「{ $state }」にしました
desk-happened-moved = 日時・場所を変えました（変更前 { $before }）
desk-happened-agreed = 使用料を変えました（{ $from } → { $to }）
desk-happened-paid = 支払いの記録（{ $from } → { $to }）
desk-happened-displaced = 公用のため取り消しました
desk-happened-closed = 休館のため取り消しました
desk-happened-note = メモ
desk-looks = 申込者の情報を見た記録
desk-looks-lead = 氏名や連絡先を見た職員の記録です。
desk-look-page = 予約の内容
desk-look-list = 今日の一覧
desk-look-file = ファイル
desk-look-permit = 使用許可書
desk-enter = 電話・窓口の予約
desk-enter-send = この内容で予約する
desk-email-support = 入力すると、予約番号をメールで送ります
desk-group = 登録団体
desk-group-none = 団体ではない
desk-terms = 使い方
desk-takes-admission = 入場料をとる
desk-is-commercial = 営利のために使う
desk-move = 日時・場所を変える
desk-move-now = いまの予約
desk-move-to = 変更後の時間
desk-move-send = この時間に変える
desk-move-support = 使用料は変更後の日時で計算し直します。申込者にメールで知らせます。
desk-move-nothing = この日に空いている時間はありません。別の日や部屋を選んでください。
desk-length = 長さ
desk-minutes = { $n }分
desk-refunds = 返金の一覧
desk-refunds-count = { $n }件あります
desk-refunds-none = 返金するものはありません。
desk-refunds-total = 返金の合計 { $amount }
desk-refunds-file = 氏名・連絡先つきでCSVに書き出す
desk-file-support = 書き出すと、見た記録が残ります。
desk-given-back = 返金した
desk-problem-taken = この時間は空いていません。別の時間を選んでください。
desk-problem-not-offered = この時間では予約できません。
desk-problem-too-early = この日の予約は、まだ始まっていません。
desk-problem-too-late = この時間は、もう変えられません。
desk-problem-limit = この方の予約は上限（{ $n }件）に達しています。
desk-problem-people = 定員は{ $n }人です。
desk-problem-purpose = この使いみちでは使えません。
desk-problem-who = この方は、ここを予約できません。
desk-problem-state = いまの状態では、この操作はできません。最新の内容を確かめてください。
desk-problem-changed = ほかの人が先に変えました。もう一度確かめてください。
desk-problem-fee = 料金表に合う行がないため、使用料を計算できません。施設の設定を確かめてください。
desk-problem-booked = この変更をすると、これからの予約{ $n }件の場所がなくなります。先に移すか、取り消してください。
desk-problem-must = 直すところが{ $n }か所あります。
desk-problem-key = キーは英小文字・数字・ハイフンで50文字までです。画面の名前と同じものは使えません。
desk-problem-yaml = ファイルを読めません。{ $cause }
desk-problem-because = お断りする理由を入力してください。
desk-problem-empty = 入力してください。
desk-problem-email = メールアドレスの形になっていません。
desk-problem-choose = 時間を選んでください。
desk-done-approved = 承認しました。
desk-done-refused = お断りしました。
desk-done-cancelled = 取り消しました。
desk-done-came = 来たことを記録しました。
desk-done-absent = 来なかったことを記録しました。
desk-done-taken-back = 元に戻しました。
desk-done-agreed = 減免を決め、使用料を計算し直しました。
desk-done-paid = 支払いを記録しました。
desk-done-given-back = 返金を記録しました。
desk-done-unpaid = 支払いの記録を取り消しました。
desk-done-noted = メモを残しました。
desk-done-entered = 予約しました。予約番号を伝えてください。
desk-done-moved = 日時・場所を変えました。
desk-mail-entered-subject = 予約を受け付けました
desk-mail-entered =
    予約を受け付けました。

    場所　{ $what }
    日時　{ $when }
    使用料　{ $fee }
    予約番号　{ $number }
    { $said }
    お問い合わせ　{ $phone }
desk-mail-approved-subject = 予約が決まりました
desk-mail-approved =
    お申し込みの予約が決まりました。

    場所　{ $what }
    日時　{ $when }
    使用料　{ $fee }
    予約番号　{ $number }
    { $said }
    お問い合わせ　{ $phone }
desk-mail-refused-subject = 予約をお受けできませんでした
desk-mail-refused =
    次のお申し込みは、お受けできませんでした。

    場所　{ $what }
    日時　{ $when }
    予約番号　{ $number }
    理由　{ $said }

    使用料（{ $fee }）はかかりません。お支払い済みの場合はお返しします。
    お問い合わせ　{ $phone }
desk-mail-cancelled-subject = 予約を取り消しました
desk-mail-cancelled =
    次の予約を取り消しました。

    場所　{ $what }
    日時　{ $when }
    使用料　{ $fee }
    予約番号　{ $number }
    { $said }
    お問い合わせ　{ $phone }
desk-mail-moved-subject = 予約の日時・場所が変わりました
desk-mail-moved =
    予約の日時・場所が次のとおり変わりました。

    場所　{ $what }
    日時　{ $when }
    使用料　{ $fee }
    予約番号　{ $number }
    { $said }
    お問い合わせ　{ $phone }
desk-mail-displaced-subject = 予約を取り消しました（公用のため）
desk-mail-displaced =
    市が公用で使うため、次の予約を取り消しました。ご迷惑をおかけします。

    場所　{ $what }
    日時　{ $when }
    予約番号　{ $number }
    理由　{ $said }

    使用料（{ $fee }）は全額お返しします。取消料はかかりません。
    お問い合わせ　{ $phone }
desk-mail-closed-subject = 予約を取り消しました（休館のため）
desk-mail-closed =
    休館するため、次の予約を取り消しました。ご迷惑をおかけします。

    場所　{ $what }
    日時　{ $when }
    予約番号　{ $number }
    理由　{ $said }

    使用料（{ $fee }）は全額お返しします。取消料はかかりません。
    お問い合わせ　{ $phone }
desk-official-lead = 予約がある時間も、公用で使うことができます。取り消される予約を確かめてから決めてください。
desk-from = 始まり
desk-to = 終わり
desk-own-title-support = 取り消される方へのメールにも載ります。例：市長選挙の投票所
desk-official-check = 取り消される予約を確かめる
desk-official-count = 取り消される予約は{ $n }件です。
desk-official-affected = 取り消される予約
desk-official-affected-lead = 決める前に、予約を開いて別の日時・場所へ移すこともできます。残った予約は取り消し、メールで知らせ、使用料は全額返します。
desk-official-send = 公用で使うことに決める
desk-done-official = 公用で使うことにしました。
desk-closure-all = 全体
desk-closure-new = 休館にする
desk-closure-first = 最初の日
desk-closure-last = 最後の日
desk-closure-reason = 理由
desk-closure-reason-support = 予約していた方へのメールと、施設の案内に載ります。例：空調の工事
desk-closure-count = 取り消される予約は{ $n }件です。
desk-closure-send = 休館にして、予約を取り消す
desk-closure-working = 手続中
desk-closure-closed = 休館
desk-closure-reopened = 取りやめ
desk-closure-next = 次は { $day }
desk-closure-no-mail = このうち{ $n }件は、メールアドレスがありません。電話で知らせてください。
desk-column-days = 期間
desk-gave-way-closure = 休館のために取り消した予約
desk-gave-way-none = 取り消した予約はありません。
desk-reopen = 休館を取りやめる
desk-reopen-lead = 今日から後の日を、また予約できるようにします。取り消した予約は元に戻りません。
desk-done-closing = 休館の手続を始めました。予約の取消しとお知らせは、順に行います。
desk-done-reopened = 休館を取りやめました。
desk-problem-choose-resource = 部屋・面を選んでください。
desk-problem-day = 今日から後の日を入力してください。
desk-problem-last-day = 最初の日から後の日を、400日までで入力してください。
desk-problem-backwards = 終わりを始まりより後にしてください。
desk-problem-others = 確かめたあとに、ほかの予約が入りました。もう一度確かめてください。
desk-permit-title = 施設使用許可書
desk-permit-document = 第{ $number }号
desk-permit-dear = { $name } 様
desk-permit-text = 次のとおり、施設の使用を許可します。
desk-permit-conditions = 使用の条件
desk-permit-ordinance = この許可は、{ $ordinance }によります。
