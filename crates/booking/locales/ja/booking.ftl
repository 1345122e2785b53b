booking-menu = 予約
booking-menu-summary = 体育館や公民館、窓口の時間、健診、教室を予約します。
booking-menu-lottery = 抽選
booking-queue-desk-menu = 窓口の呼出し
booking-title = 施設・窓口・教室の予約
booking-lead = 空いている日を探して、そのまま予約できます。
booking-search-day = 使う日
booking-search-part = 時間帯
booking-search-purpose = 使いみち
booking-search-people = 人数
booking-people-unit = 人
booking-search-kind = 種類
booking-search = 空きを探す
booking-search-title = 空きを探す
booking-part-morning = 午前
booking-part-afternoon = 午後
booking-part-evening = 夜
booking-found-title = { $day }の空き
booking-found-count = { $n }か所で空きがあります。
booking-found-nothing = この条件の空きはありません。日や時間帯を変えて探してください。
booking-day-before = 前の日
booking-day-after = 次の日
booking-nothing = いま予約できる施設はありません。
booking-holds = 定員{ $n }人
booking-short-day = { $month }/{ $day }（{ $weekday }）
booking-in-brackets = （{ $text }）
booking-holiday = { $weekday }・祝
booking-mon = 月
booking-tue = 火
booking-wed = 水
booking-thu = 木
booking-fri = 金
booking-sat = 土
booking-sun = 日
booking-hours = { $from }〜{ $to }
booking-yen = { $yen }円
booking-free-of-charge = 無料
booking-and = 、
booking-kind = 種類
booking-address = 所在地
booking-map-title = 施設の地図
booking-map-list = 施設の一覧へ
booking-map-place = 所在地の地図
booking-phone = 電話
booking-access = ご利用の前に
booking-week-title = 1週間の空き
booking-week-legend = ○ 空きあり（数字は空きの数）　× 空きなし　− 休み　・ 受付期間外
booking-week-before = 前の週
booking-week-after = 次の週
booking-times = 時間
booking-mark-free = ○
booking-mark-taken = ×
booking-mark-closed = −
booking-mark-not-now = ・
booking-meaning-free = 空きあり
booking-meaning-left = 空き{ $n }
booking-meaning-taken = 空きなし
booking-meaning-closed = 休み
booking-meaning-not-now = 受付期間外
booking-meaning-early = 受付前
booking-meaning-late = 受付終了
booking-next-session = 次の開催日 { $day }
booking-next-course = 次の講座は { $day } から
booking-meaning-with-course = 講座の途中の回（この回だけの申込みはできません）
booking-course-when = 全{ $n }回　{ $first } から { $last } まで
booking-course-session = 第{ $n }回　{ $when }
booking-course-of = 全{ $n }回
booking-choose-course = この講座に申し込む
booking-course-sessions = 各回の日程
booking-rules-title = 予約のきまり
booking-rule-anyone = どなたでも予約できます。メールアドレスの確認が必要です。
booking-rule-residents = 本人確認が済んだ利用者アカウントで予約できます。
booking-rule-groups = 登録した団体が予約できます。
booking-rule-staff = 窓口か電話で予約してください。
booking-rule-lottery = 抽選で決めます。残った時間は、そのあと先着で予約できます。
booking-to-lottery = 抽選に申し込む
booking-rule-days-before = 使う日の{ $n }日前の{ $at }から予約できます。
booking-rule-months-before = 使う月の{ $n }か月前の{ $day }日{ $at }から予約できます。
booking-rule-closes = 使う日の{ $n }日前まで予約できます。
booking-rule-day = 1日に{ $n }件まで。
booking-rule-month = 1か月に{ $n }件まで。
booking-rule-at-once = これから使う予約は、合わせて{ $n }件まで。
booking-rule-cancel-free = 取り消しても、お金はかかりません。
booking-rule-cancel-please = 来られなくなったときは、早めに取り消してください。取消しにお金はかかりません。
booking-rule-cancel = 使う日の{ $n }日前までは無料で取り消せます。その後は使用料の{ $percent }%がかかります。
booking-fees-title = 使用料
booking-fee = 使用料
booking-kept-fee = 取消料
booking-per-use = 1回 { $amount }
booking-per-hour = 1時間 { $amount }
booking-per-person = 1人 { $amount }
booking-fee-less = { $percent }%減額
booking-fee-more = { $percent }%加算
booking-fee-weekend = 土日・祝日
booking-fee-weekday = 平日
booking-choose = この時間にする
booking-choose-from = ここから使う
booking-choose-end = { $from }からです。終わりの時間を選んでください。
booking-together = 続けて使う
booking-day-nothing = この日に予約できる時間はありません。
booking-show-day = この日を見る
booking-cart-title = 予約の申込み
booking-cart-left = あと{ $n }分、この時間を確保しています。
booking-cart-empty = 確保している時間はありません。時間がたって戻されたときは、もう一度選んでください。
booking-remove = 取りやめる
booking-add = ほかの時間も探す
booking-purpose = 使いみち
booking-people = 人数
booking-people-count = { $n }人
booking-person-title = 申し込む方
booking-name = 氏名（団体のときは団体名と代表者名）
booking-name-support = 例：澄川 花子
booking-your-phone = 連絡のつく電話番号
booking-your-phone-support = 休館などの急な連絡に使います
booking-lives = お住まい（勤務先・学校を含む）
booking-lives-here = 市内
booking-lives-elsewhere = 市外
booking-note = 施設に伝えたいこと
booking-to-check = 内容を確認する
booking-who-title = 申し込む方の確認
booking-who-lead = 予約の番号とお知らせを送るため、メールアドレスを確認します。利用者アカウントがある方はログインしてください。
booking-who-email = メールアドレスを確認する
booking-who-account = 利用者アカウントでログインする
booking-check-title = 申込みの確認
booking-check-lead = まだ予約は終わっていません。確かめて、下のボタンを押してください。
booking-check-approval = 施設が確認したあとに決まります。決まるまで、この時間はほかの人には貸しません。
booking-when = 日時
booking-what = 場所
booking-email = メールアドレス
booking-mail-language = メールの言葉
booking-total = 使用料の合計 { $amount }
booking-send = この内容で予約する
booking-back = 入力に戻る
booking-done-title = 予約を受け付けました
booking-done-lead = 予約番号を控えてください。メールでもお送りしました。確認や取消しに使います。
booking-done-nothing = この端末で最近受け付けた予約はありません。
booking-number = 予約番号
booking-number-support = 6文字ずつ3つの英数字です
booking-state = 状態
booking-state-held = 確保中
booking-state-requested = 確認中
booking-state-confirmed = 確定
booking-state-attended = 利用済み
booking-state-absent = 利用なし
booking-state-cancelled = 取消済み
booking-state-refused = お断り
booking-mine-title = 予約の確認・取消し
booking-by-number-title = 予約番号で探す
booking-coming-title = これからの予約
booking-coming-none = これからの予約はありません。
booking-past-title = 終わった予約
booking-show = 見る
booking-reservation-title = 予約の内容
booking-to-calendar = カレンダーに入れる（ICSファイル）
booking-cancel-title = 予約の取消し
booking-cancel = この予約を取り消す
booking-cancel-loses = いま取り消すと、{ $amount }がかかります。
booking-done-held = 時間を確保しました。続けて申し込んでください。
booking-done-removed = 取りやめました。
booking-done-cancelled = 予約を取り消しました。
booking-error-taken = この時間は、いま、ほかの方が予約しました。別の時間を選んでください。
booking-error-lapsed = 確保した時間が過ぎたため、いったん戻されました。もう一度選んでください。
booking-error-not-offered = この時間は予約できません。表にある時間から選んでください。
booking-error-too-early = この日の予約は、まだ始まっていません。
booking-error-too-late = この時間の受付は終わりました。
booking-error-limit = 予約できる数（{ $n }件）に達しています。
booking-error-held-enough = 一度に確保できる数に達しています。先に申込みを終えてください。
booking-error-people = 定員は{ $n }人です。
booking-error-people-missing = 人数を1以上の数字で入力してください。
booking-error-purpose = この使いみちでは使えません。
booking-error-residents = 本人確認が済んだ利用者アカウントで予約してください。
booking-error-groups = 登録団体だけが予約できます。
booking-error-staff = 窓口か電話で予約してください。
booking-error-state = この予約は、いまこの操作ができません。
booking-error-required = 入力してください。
booking-error-phone = 電話番号を数字で入力してください。
booking-error-number = この予約番号は見つかりません。入力の間違いがないか確かめてください。
booking-mail-confirmed-subject = 予約を受け付けました
booking-mail-confirmed = 
    予約が決まりました。

    場所　{ $what }
    日時　{ $when }
    予約番号　{ $number }

    確認や取消しは、市のサイトの「予約の確認・取消し」で、この番号を入力してください。
    お問い合わせ　{ $phone }
booking-mail-requested-subject = 予約の申込みを受け付けました
booking-mail-requested = 
    予約の申込みを受け付けました。施設が確認したあとに決まります。

    場所　{ $what }
    日時　{ $when }
    予約番号　{ $number }

    お問い合わせ　{ $phone }
booking-mail-cancelled-subject = 予約を取り消しました
booking-mail-cancelled = 
    次の予約を取り消しました。

    場所　{ $what }
    日時　{ $when }

    お心当たりがないときは、お電話ください。　{ $phone }
booking-kind-community-centre = 公民館・集会所
booking-kind-hall = ホール・会館
booking-kind-gym = 体育館
booking-kind-sports-ground = グラウンド・コート
booking-kind-school = 学校の施設（学校開放）
booking-kind-park = 公園・キャンプ場
booking-kind-counter = 窓口の予約
booking-kind-check-up = 健診・検診・予防接種
booking-kind-class = 講座・教室
booking-kind-consultation = 相談
booking-kind-equipment = 物品・機器の貸出し
booking-finding-doubled = 「{ $about }」が2回あります。名前（key）を変えてください。
booking-finding-nothing = 予約できるものがありません。resources に1つ以上書いてください。
booking-finding-backwards = 「{ $about }」は、終わりが始まりより前です。
booking-finding-off-step = 「{ $about }」は、時間の区切り（step）に合いません。
booking-finding-weeks = 第何週かは1から5で書いてください。
booking-finding-unit-unused = 「{ $about }」を使う予約がありません。
booking-finding-takes-nothing = 何も使わない予約になっています。units に1つ以上書いてください。
booking-finding-no-unit = 「{ $about }」という部屋や面がありません。
booking-finding-count = 数「{ $about }」は1から1,000にしてください。
booking-finding-no-times = 予約できる時間がありません。
booking-finding-overlap = 「{ $about }」が、前の時間と重なります。
booking-finding-free = 長さ「{ $about }」分は、時間の区切り（step）の倍数で、短い方を先にしてください。
booking-finding-percent = 取消料は0から100%にしてください。
booking-finding-lottery-order = 抽選の受付開始・締切・抽選・回答期限・先着開始を、この順に、利用月より前の月の1〜28日にしてください。
booking-finding-lottery-counts = 抽選の数を直してください（申込み1〜20件、当選は申込みの数まで、希望1〜20、くじ1〜20本、回答日数1〜28日、秘密のことばを出す人は2〜10人）。
booking-finding-lottery-staff = 職員だけが受け付ける施設では抽選できません。
booking-finding-lottery-shared = 同じ場所を使う「{ $about }」と、同じ施設の決まりで一緒に抽選してください。
booking-finding-fee-day = { $about }から始まる料金表が2つあります。
booking-finding-no-fee = 料金「{ $about }」が料金表にありません。
booking-to-groups = 団体登録
booking-menu-groups = 団体の確認
booking-desk-home = 職員の画面
booking-as = だれの名前で予約しますか
booking-as-support = 団体で予約すると、使用料と予約の数は団体のきまりで決まります
booking-as-self = 本人
booking-error-group-too-small = この団体は、人数か市内の会員の割合が足りないため、ここを予約できません。
booking-error-blocked = ペナルティの点数のため、{ $day }から予約できます。
booking-finding-penalty = ペナルティ（penalty）の点数と日数は1以上にしてください。
booking-finding-penalty-unused = 点数をつけるきまり（late_points・absence_points）と、点数で止めるきまり（penalty）は、両方書いてください。
booking-finding-reminders = お知らせの日（reminders）は0から90日前までで、5つまでにしてください。
booking-finding-waiting = キャンセル待ち（waiting）の時間は1から168時間、人数は1人以上にしてください。
booking-finding-groups = 団体のきまり（groups）の割合は1から100%にしてください。
booking-menu-settings = 予約全体の設定
booking-menu-points = ペナルティの点
booking-to-series = くり返しの予約
booking-series-new = 毎週などでくり返して予約する
booking-desk-menu = 予約の受付
booking-paper-permit = 使用許可書（PDF）
booking-paper-course = 受講決定通知書（PDF）
booking-paper-appointment = 予約票（PDF）
booking-change-title = 日時・場所を変える
booking-change-now = いまの予約
booking-change-rule = 使う日の{ $n }日前まで、ご自分で変えられます。
booking-change-to = 変更後の時間
booking-change-send = この時間に変える
booking-change-too-late = この予約は、ご自分では変えられません。施設に電話してください。
booking-length = 長さ
booking-minutes = { $n }分
booking-done-changed = 日時・場所を変えました。
booking-closed-days = { $days }　休館：{ $reason }
booking-mail-moved-subject = 予約の日時・場所を変えました
booking-mail-moved =
    予約の日時・場所を変えました。予約番号は変わりません。{ $number }

    場所　{ $what }
    日時　{ $when }

    お心当たりがないときは、お電話ください。　{ $phone }
booking-mail-moved-requested =
    予約の変更を受け付けました。施設が確認したあとに決まります。予約番号は変わりません。{ $number }

    場所　{ $what }
    日時　{ $when }

    お心当たりがないときは、お電話ください。　{ $phone }
booking-to-waiting = キャンセル待ち
booking-to-feeds = カレンダーに表示する
booking-wait = キャンセル待ちをする
booking-resource-calendar = 空きをカレンダーに表示する（ICS）
booking-rule-waiting = 空きがないときは、キャンセル待ちができます。
booking-rule-course = 全部の回をまとめて申し込む講座です。1回の申込みで、どの回も席をとります。取消しもまとめてします。
booking-rule-course-late = 講座が始まったあとでも、席があれば残りの回に参加できます。
booking-rule-group-members = 会員が{ $n }人以上の団体が予約できます。
booking-rule-group-residents = 会員の{ $n }%以上が市内に住む、働く、または学ぶ団体が予約できます。
booking-mail-reminder-subject = 予約の日が近づきました
booking-mail-reminder =
    予約の日が近づきました。

    場所　{ $what }
    日時　{ $when }

    使わないときは、早めに取り消してください。待っている方が使えるようになります。
    お問い合わせ　{ $phone }
booking-to-use = 施設の利用状況
booking-equipment = 一緒に借りる物
booking-equipment-none = 借りない
booking-equipment-count = { $n }つ
booking-equipment-left = この時間にあと{ $n }つあります。1つ{ $amount }
booking-error-equipment = この時間は、その数を借りられません。数を選び直してください。
booking-finding-equipment-with = 「一緒に借りる物」の with に、ない部屋のキーがあります
booking-finding-course-unsaid = { $about } の回に講座（course）がありますが、この部屋・教室に講座の申込み方（course）がありません
booking-finding-course-times = 講座（course）には、開催日（sessions）が要ります
booking-finding-course-alone = { $about } の講座は1回しかありません
booking-finding-course-lottery = 講座（course）は抽選にできません。抽選をやめるか、回ごとの予約にしてください
booking-finding-course-fee = 講座の料金は、1回の申込みか1人についての額にしてください（1時間についての額は使えません）
booking-finding-course-equipment = 講座（course）には、一緒に借りる物をつけられません
booking-equipment-offered = 予約のときに一緒に借りられます：{ $items }
booking-table-facilities = 公共施設一覧（予約できる施設）
booking-table-facilities-about = 予約できる公共施設の名前、場所、開いている曜日と時間です。施設の登録から毎晩作っています。
booking-table-use = 公共施設の利用状況
booking-table-use-about = 施設ごと、月ごとの予約件数、オンラインの件数、予約できた時間と利用された時間、稼働率です。終わった月について、予約の記録から毎晩作っています。1から4までの件数と、そこから1から4までの件数が分かる値は空欄です。
booking-table-hours-differ = 開いている時間は曜日や時期により違います
booking-table-closed-weeks = 月のうち決まった週に休みがあります
booking-table-closed-holidays = 祝日は休み
booking-table-closed-moves = 休みの曜日が祝日の場合は次の平日が休み
booking-table-closed-season = { $from }から{ $to }までは休み
booking-table-day = { $month }月{ $day }日
