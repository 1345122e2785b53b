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
desk-record = 申請の案件
desk-record-number = 案件 { $number }
desk-because-record = 経過に残ります。申請した人には、申請のページを見るようメールで知らせます。くわしい理由は案件のページから伝えてください。
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
desk-permit-download = 使用許可書（PDF）
desk-course-download = 受講決定通知書（PDF）
desk-appointment-download = 予約票（PDF）
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
desk-look-permit = 使用許可書・受講決定通知書・予約票
desk-enter = 電話・窓口の予約
desk-enter-send = この内容で予約する
desk-email-support = 入力すると、予約番号をメールで送ります
desk-group = 登録団体
desk-group-none = 団体ではない
desk-repeat = 回数
desk-repeat-once = 1回だけ
desk-repeat-last-support = くり返すときだけ入力してください。すべての日を確かめてから予約します
desk-repeat-back = 空きの表に戻る
desk-series = くり返しの予約
desk-series-days = 日の一覧
desk-series-show = 開く
desk-series-later = この日とこれより後をまとめて取り消す
desk-series-from = この日から後を取り消す
desk-series-cancel-title = まとめて取り消す
desk-series-cancel-other = ほかの日から取り消す
desk-series-cancel-check = 取り消す日を確かめる
desk-series-cancel-lead = 次の{ $n }日の予約を取り消します。
desk-series-cancel = これらの予約を取り消す
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
desk-problem-count = 1から{ $n }までの数を入力してください。
desk-problem-count-taken = 利用中のものや休館のため、この数は用意できません。数を減らすか、時間を変えてください。
desk-problem-group-too-small = この団体は会員の数、または市内の会員の割合が足りないため、ここを予約できません。
desk-problem-blocked = ペナルティのため、{ $day }まで予約できません。
desk-problem-repeat-last = くり返すときは、2回目が入る日までを入力してください。
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
desk-done-series-entered = くり返しの予約を受け付けました。予約できなかった日があれば、申込者に伝えてください。
desk-done-series-cancelled = まとめて取り消しました。
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
desk-mail-days-cancelled =
    くり返しの予約のうち、次の日を取り消しました。

    場所　{ $what }

    { $days }

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
desk-mail-displaced-session-subject = 講座の1回分を中止します（公用のため）
desk-mail-displaced-session =
    市が公用で使うため、講座の次の回を中止します。ご迷惑をおかけします。

    講座　{ $what }
    中止する回　{ $when }
    予約番号　{ $number }
    理由　{ $said }

    中止になっていないほかの回は、これまでどおりおいでいただけます。
    お問い合わせ　{ $phone }
desk-mail-closed-session-subject = 講座の1回分を中止します（休館のため）
desk-mail-closed-session =
    休館するため、講座の次の回を中止します。ご迷惑をおかけします。

    講座　{ $what }
    中止する回　{ $when }
    予約番号　{ $number }
    理由　{ $said }

    中止になっていないほかの回は、これまでどおりおいでいただけます。
    お問い合わせ　{ $phone }
desk-course-sessions = 各回の出欠
desk-course-number = 第{ $n }回
desk-official-lead = 予約がある時間も、公用で使うことができます。取り消される予約を確かめてから決めてください。
desk-from = 始まり
desk-to = 終わり
desk-own-title-support = 取り消される方へのメールにも載ります。例：市長選挙の投票所
desk-official-check = 取り消される予約を確かめる
desk-official-count = 取り消される予約は{ $n }件です。
desk-official-how-many = 使う数
desk-official-how-many-support = 同じものがいくつもある備品や席などのときだけ。空欄なら、すべて使います
desk-official-so-many = { $name }（{ $of }のうち{ $n }）
desk-official-of = { $of }のうち{ $n }
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
desk-gave-way-none-yet = まだ取り消していません。
desk-closure-planned = これから取り消す予約
desk-closure-planned-count = 取り消す予約は{ $n }件です。
desk-closure-planned-lead = 1日ずつ順に取り消し、申込者にメールで知らせています。
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
desk-course-title = 受講決定通知書
desk-course-text = 次のとおり、受講を決定したので通知します。
desk-course-conditions = 受講にあたって
desk-course-ordinance = 受講料は、{ $ordinance }によります。
desk-appointment-title = 予約票
desk-appointment-what = 内容
desk-appointment-text = 次のとおり、予約を受け付けました。
desk-appointment-conditions = お越しになる前に
desk-appointment-ordinance = この予約は、{ $ordinance }によります。
desk-course-dates = 日程
desk-course-what = 講座
desk-course-fee = 受講料
desk-set-up = 施設の設定
desk-set-up-none = 施設はまだありません。
desk-offered = 予約を受け付けています
desk-not-offered = 公開していません
desk-set-new = 新しい施設を作る
desk-set-make = 作る
desk-set-key = アドレスに使うキー
desk-set-key-support = 英小文字・数字・ハイフンで50文字まで。例：chuo-kaikan。あとで変えられません。
desk-set-from-pattern = ひな形（会議室1つ）
desk-set-file = 施設のファイル（YAML）
desk-set-upload = ファイルから取り込む
desk-set-public = 公開しているページ
desk-set-withdraw-lead = 公開をやめても、受け付けた予約はそのまま残ります。
desk-set-withdraw = 公開をやめる
desk-set-offer = 予約の受付を始める
desk-set-findings = 直すところ
desk-set-parts = 設定
desk-set-basics = 名前・案内
desk-set-resource-add = 部屋・面を加える
desk-set-fee-add = 料金表を加える
desk-set-download = YAMLで書き出す
desk-set-yaml = YAMLで直す
desk-set-yaml-label = 施設のYAML
desk-set-yaml-lead = 設定のすべてを、1つのファイルとして直せます。
desk-set-save = 保存する
desk-set-back = 施設の設定に戻る
desk-set-easy = やさしい日本語
desk-set-english = 英語
desk-set-yes = はい
desk-set-has = 定める
desk-set-none = 定めない
desk-set-either = どちらでも
desk-set-add = （加える）
desk-set-do = この項目
desk-set-keep = そのまま
desk-set-move-up = 上へ
desk-set-down = 下へ
desk-set-remove = 消す
desk-set-help-key = 英小文字・数字・_
desk-set-help-time = 例：09:00
desk-set-help-day = 例：12-29
desk-set-help-lines = 1行に1つ
desk-done-made = 作りました。公開するまで、予約はできません。
desk-done-saved = 保存しました。
desk-done-uploaded = 取り込みました。
desk-done-unchanged = 変わったところはありません。
desk-done-offered = 予約の受付を始めました。
desk-done-withdrawn = 公開をやめました。
desk-problem-key-taken = このキーは、もう使われています。
desk-problem-file = ファイルを読めません。
desk-problem-other-key = キー（key）は変えられません。
desk-problem-number = 数字で入力してください。
desk-problem-member-key = 英小文字・数字・_で、英字から始めてください。
desk-problem-time = 09:00のように入力してください。
desk-problem-day-of-year = 12-29のように入力してください。
desk-problem-date = 2026-04-01のように入力してください。
desk-set-name = 名前
desk-set-kind = 種類
desk-set-department = 担当課
desk-set-summary = 説明
desk-set-address = 所在地
desk-set-phone = 電話
desk-set-access = 利用の前に（入口・駐車場・トイレなど）
desk-set-conditions = 使用の条件（許可書に印刷）
desk-set-step = 時間の区切り（分）
desk-set-units = 部屋・面（一度に一組だけ使うもの）
desk-set-opening = 開館時間
desk-set-closed = 休館日
desk-set-rules = 予約のきまり
desk-set-resources = 予約できるもの
desk-set-fees = 料金表
desk-set-weekdays = 曜日
desk-set-weeks = 第何週か（空ならば毎週）
desk-set-from = 始まり
desk-set-to = 終わり
desk-set-season = 期間（毎年）
desk-set-seasons = 毎年の期間
desk-set-holidays = 祝日は休み
desk-set-moves-after-holidays = 休館日が祝日のときは次の平日に休む
desk-set-days = 日
desk-set-closed-days = 休む日
desk-set-except = 休館日でも開ける日
desk-set-who = 予約できる人
desk-set-way = 予約の決まり方
desk-set-opens = 受付の始まり
desk-set-days-before = 何日前から
desk-set-months-before = 何か月前から
desk-set-months = 月数
desk-set-at = 時刻
desk-set-day = 日
desk-set-closes-days-before = 何日前まで受け付けるか（0は始まるまで）
desk-set-most-at-once = これから使う予約の上限（件）
desk-set-most-in-a-month = 1か月の上限（件）
desk-set-most-on-a-day = 1日の上限（件）
desk-set-cancelling = 取消し
desk-set-free-days-before = 何日前まで無料で取り消せるか
desk-set-late-percent = その後の取消料（%）
desk-set-late-points = 遅い取消しの点数
desk-set-absence-points = 来なかったときの点数
desk-set-key-member = キー
desk-set-takes = 使う部屋・面
desk-set-one-of = 同じものの数
desk-set-capacity = 定員（人）
desk-set-purposes = 使いみち
desk-set-times = 予約できる時間
desk-set-bands = 時間帯
desk-set-free = 自由な時間
desk-set-sessions = 開催日
desk-set-course = 講座としてまとめて申し込む
desk-set-sessions-course = 講座のキー（同じキーの回をまとめて申し込みます）
desk-choice-course-from-the-start = 始まる前だけ申し込める
desk-choice-course-late-entry = 途中からも、残りの回に申し込める
desk-set-at-least = 最短（分）
desk-set-at-most = 最長（分）
desk-set-begins-every = 始まりの間隔（分）
desk-set-minutes-before = 準備の時間（分）
desk-set-minutes-after = 片付けの時間（分）
desk-set-fee = 料金の種類
desk-set-ordinance = 根拠の条例
desk-set-rows = 料金の行（上から順に、合う行を使います）
desk-set-changes = 加算・減額
desk-set-rounded-down-to = 端数の切捨て（円）
desk-set-band = 時間帯
desk-set-weekend = 曜日
desk-set-yen = 円
desk-set-per = 単位
desk-set-when = いつ
desk-set-percent = 割合（%、減額は負の数）
desk-set-group-kind = 団体の種類
desk-set-agreed = 減免の種類（キー）
desk-set-lottery = 抽選
desk-set-groups = 団体の条件
desk-set-waiting = キャンセル待ち
desk-set-penalty = ペナルティ
desk-set-reminders = お知らせを送る日（何日前）
desk-choice-mon = 月
desk-choice-tue = 火
desk-choice-wed = 水
desk-choice-thu = 木
desk-choice-fri = 金
desk-choice-sat = 土
desk-choice-sun = 日
desk-choice-anyone = だれでも
desk-choice-residents = 本人確認が済んだ市民
desk-choice-groups = 登録団体
desk-choice-staff-only = 窓口・電話だけ
desk-choice-instant = すぐに決まる
desk-choice-approval = 職員の承認で決まる
desk-choice-days-before = 使う日の何日か前
desk-choice-months-before = 使う月の何か月か前
desk-choice-units = 決まった部屋・面
desk-choice-one-of = 同じもののうち1つ
desk-choice-bands = 決まった時間帯
desk-choice-free = 自由な時間
desk-choice-sessions = 決まった日
desk-choice-use = 1回
desk-choice-hour = 1時間
desk-choice-person = 1人
desk-choice-weekend-true = 土日・祝日
desk-choice-weekend-false = 平日
desk-choice-not-resident = 市外の方
desk-choice-takes-admission = 入場料をとる
desk-choice-commercial = 営利のため
desk-choice-group-kind = 団体の種類
desk-choice-agreed = 職員が認めた減免
desk-set-copy = もとにするもの
desk-set-eligible-people = 対象者（人）
desk-set-eligible-year = 年度（始まりの西暦）
desk-set-eligible = 対象者（受診率の分母）
desk-set-members-at-least = 会員の数（以上）
desk-set-residents-percent = 市内の会員の割合（%以上）
desk-set-answer-days = 繰上げの返事の期限（日）
desk-set-choices = 希望の数
desk-set-closes = 申込みの締切
desk-set-confirm-by = 当選の返事の期限
desk-set-draws = 抽選の日時
desk-set-entries = 申込みの上限（件）
desk-set-first-come = 先着受付の始まり
desk-set-released-within-hours = 取り消された時間を出すまで（時間以内）
desk-set-seed = 抽選を決める値
desk-set-tickets = くじの本数
desk-set-together = 一緒に申し込める回数
desk-set-wins = 当選の上限（件）
desk-set-blocked-days = 予約できない日数
desk-set-lapse-days = 点数が消えるまでの日数
desk-set-parties = 立会人
desk-set-public-value = 公表される値
desk-set-per-loss = 外れた回ごとに増える本数
desk-set-offer-hours = 案内の期限（時間）
desk-set-penalty-points = 予約できなくなる点数
desk-settings = 予約全体の設定
desk-settings-save = 保存する
desk-rosters = 団体の名簿
desk-rosters-lead = 登録が終わった団体の名簿・連絡先・やりとりは、次の年数が過ぎると、夜のうちに消えます。団体の名前、会員の数、利用の統計は残ります。
desk-roster-years = 登録が終わってから残す年数
desk-roster-years-support = 1から{ $n }まで
desk-years = 年
desk-done-settings = 設定を保存しました。
desk-set-equipment = 一緒に借りられる物（プロジェクター・卓球台など）
desk-set-equipment-count = いくつあるか
desk-set-equipment-with = 一緒に借りられる部屋のキー（空ならばどの部屋でも）
