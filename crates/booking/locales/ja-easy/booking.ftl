booking-menu = よやく
booking-menu-summary = 体育館（たいいくかん）や 窓口（まどぐち）の 時間（じかん）、教室（きょうしつ）を 予約（よやく）します。
booking-title = 施設（しせつ）・窓口（まどぐち）・教室（きょうしつ）の予約（よやく）
booking-lead = 空（あ）いている日（ひ）を さがして、予約（よやく）できます。
booking-search-day = 使（つか）う日（ひ）
booking-search-part = 時間（じかん）
booking-search-purpose = 何（なに）に使（つか）いますか
booking-search-people = 人数（にんずう）
booking-people-unit = 人（にん）
booking-search-kind = 種類（しゅるい）
booking-search = 空（あ）きを さがす
booking-search-title = 空（あ）きを さがす
booking-part-morning = 午前（ごぜん）
booking-part-afternoon = 午後（ごご）
booking-part-evening = 夜（よる）
booking-found-title = { $day }の空（あ）き
booking-found-count = { $n }か所（しょ）が空（あ）いています。
booking-found-nothing = 空（あ）いているところは ありません。日（ひ）や時間（じかん）を変（か）えて さがしてください。
booking-day-before = 前（まえ）の日（ひ）
booking-day-after = 次（つぎ）の日（ひ）
booking-nothing = いま予約（よやく）できるところは ありません。
booking-holds = { $n }人（にん）まで
booking-short-day = { $month }/{ $day }（{ $weekday }）
booking-in-brackets = （{ $text }）
booking-holiday = { $weekday }・祝（しゅく）
booking-mon = 月（げつ）
booking-tue = 火（か）
booking-wed = 水（すい）
booking-thu = 木（もく）
booking-fri = 金（きん）
booking-sat = 土（ど）
booking-sun = 日（にち）
booking-hours = { $from }から{ $to }まで
booking-yen = { $yen }円（えん）
booking-free-of-charge = お金（かね）は いりません
booking-and = 、
booking-kind = 種類（しゅるい）
booking-address = 場所（ばしょ）
booking-map-title = 施設（しせつ）の 地図（ちず）
booking-map-list = 施設（しせつ）の 一覧（いちらん）へ
booking-map-place = 場所（ばしょ）の 地図（ちず）
booking-phone = 電話（でんわ）
booking-access = 使（つか）う前（まえ）に
booking-week-title = 1週間（しゅうかん）の空（あ）き
booking-week-legend = ○ 空（あ）いています（数字（すうじ）は 空（あ）きの数（かず））　× 空（あ）いていません　− 休（やす）み　・ いまは予約（よやく）できません
booking-week-before = 前（まえ）の週（しゅう）
booking-week-after = 次（つぎ）の週（しゅう）
booking-times = 時間（じかん）
booking-mark-free = ○
booking-mark-taken = ×
booking-mark-closed = −
booking-mark-not-now = ・
booking-meaning-free = 空（あ）いています
booking-meaning-left = 空（あ）き{ $n }
booking-meaning-taken = 空（あ）いていません
booking-meaning-closed = 休（やす）み
booking-meaning-not-now = いまは予約（よやく）できません
booking-meaning-early = まだ予約（よやく）できません
booking-meaning-late = もう予約（よやく）できません
booking-next-session = 次（つぎ）の日（ひ） { $day }
booking-next-course = 次（つぎ）の 教室（きょうしつ）は { $day } から
booking-meaning-with-course = 教室（きょうしつ）の 途中（とちゅう）です。この日（ひ）だけは 申（もう）し込（こ）めません
booking-course-when = ぜんぶで { $n }回（かい）　{ $first } から { $last } まで
booking-course-session = { $n }回目（かいめ）　{ $when }
booking-course-of = ぜんぶで { $n }回（かい）
booking-choose-course = この 教室（きょうしつ）に 申（もう）し込（こ）む
booking-course-sessions = それぞれの 日（ひ）
booking-rules-title = 予約（よやく）のきまり
booking-rule-anyone = だれでも予約（よやく）できます。メールアドレスが いります。
booking-rule-residents = 本人確認（ほんにんかくにん）をした アカウントで 予約（よやく）できます。
booking-rule-groups = 登録（とうろく）した グループが 予約（よやく）できます。
booking-rule-staff = 窓口（まどぐち）か 電話（でんわ）で 予約（よやく）してください。
booking-rule-lottery = 抽選（ちゅうせん）で 決（き）めます。のこった時間（じかん）は、そのあと 予約（よやく）できます。
booking-to-lottery = 抽選（ちゅうせん）
booking-rule-days-before = 使（つか）う日（ひ）の { $n }日（にち）前（まえ）の { $at }から 予約（よやく）できます。
booking-rule-months-before = 使（つか）う月（つき）の { $n }か月（げつ）前（まえ）の { $day }日（にち）{ $at }から 予約（よやく）できます。
booking-rule-closes = 使（つか）う日（ひ）の { $n }日（にち）前（まえ）まで 予約（よやく）できます。
booking-rule-day = 1日（にち）に { $n }つまで。
booking-rule-month = 1か月（げつ）に { $n }つまで。
booking-rule-at-once = これから使（つか）う予約（よやく）は { $n }つまで。
booking-rule-cancel-free = 取（と）り消（け）しても、お金（かね）は かかりません。
booking-rule-cancel-please = 来（こ）られなく なった ときは、早（はや）く 取（と）り消（け）して ください。お金（かね）は かかりません。
booking-rule-cancel = 使（つか）う日（ひ）の { $n }日（にち）前（まえ）までは、お金（かね）は かかりません。そのあとは { $percent }% かかります。
booking-fees-title = お金（かね）
booking-fee = お金（かね）
booking-kept-fee = 取（と）り消（け）しのお金（かね）
booking-per-use = 1回（かい） { $amount }
booking-per-hour = 1時間（じかん） { $amount }
booking-per-person = 1人（ひとり） { $amount }
booking-fee-less = { $percent }% 安（やす）くなります
booking-fee-more = { $percent }% 高（たか）くなります
booking-fee-weekend = 土日（どにち）・祝日（しゅくじつ）
booking-fee-weekday = 平日（へいじつ）
booking-choose = この時間（じかん）にする
booking-choose-from = ここから使（つか）う
booking-choose-end = { $from }からです。終（お）わりの時間（じかん）を えらんでください。
booking-together = 続（つづ）けて使（つか）う
booking-day-nothing = この日（ひ）は 予約（よやく）できません。
booking-show-day = この日（ひ）を見（み）る
booking-cart-title = 予約（よやく）を 申（もう）しこむ
booking-cart-left = あと{ $n }分（ふん）、とってあります。
booking-cart-empty = とってある時間（じかん）は ありません。もう一度（いちど） えらんでください。
booking-remove = やめる
booking-add = ほかの時間（じかん）も さがす
booking-purpose = 何（なに）に使（つか）いますか
booking-people = 人数（にんずう）
booking-people-count = { $n }人（にん）
booking-person-title = 申（もう）しこむ人（ひと）
booking-name = 名前（なまえ）
booking-name-support = 例（れい）：澄川（すみかわ） 花子（はなこ）
booking-your-phone = 電話番号（でんわばんごう）
booking-your-phone-support = 急（きゅう）な お知（し）らせに 使（つか）います
booking-lives = 住（す）んでいるところ
booking-lives-here = 市（し）の中（なか）
booking-lives-elsewhere = ほかの市（し）
booking-note = 伝（つた）えたいこと
booking-to-check = たしかめる
booking-who-title = だれが 申（もう）しこみますか
booking-who-lead = お知（し）らせを 送（おく）るため、メールアドレスを たしかめます。アカウントがある人（ひと）は ログインしてください。
booking-who-email = メールアドレスを たしかめる
booking-who-account = アカウントで ログインする
booking-check-title = 申（もう）しこみを たしかめる
booking-check-lead = まだ 終（お）わっていません。下（した）のボタンを 押（お）してください。
booking-check-approval = 施設（しせつ）の人（ひと）が 見（み）てから 決（き）まります。
booking-when = 日（ひ）と時間（じかん）
booking-what = ところ
booking-email = メールアドレス
booking-mail-language = メールの ことば
booking-total = 全部（ぜんぶ）で { $amount }
booking-send = 予約（よやく）する
booking-back = もどる
booking-done-title = 予約（よやく）を 受（う）け付（つ）けました
booking-done-lead = この番号（ばんごう）を 書（か）いておいてください。メールも 送（おく）りました。
booking-done-nothing = 予約（よやく）は ありません。
booking-number = 予約番号（よやくばんごう）
booking-number-support = 6文字（もじ）が 3つです
booking-state = いまのようす
booking-state-held = とってあります
booking-state-requested = たしかめています
booking-state-confirmed = 決（き）まりました
booking-state-attended = 使（つか）いました
booking-state-absent = 使（つか）いませんでした
booking-state-cancelled = 取（と）り消（け）しました
booking-state-refused = できませんでした
booking-mine-title = 予約（よやく）を 見（み）る・やめる
booking-by-number-title = 番号（ばんごう）で さがす
booking-coming-title = これからの 予約（よやく）
booking-coming-none = これからの 予約（よやく）は ありません。
booking-past-title = 終（お）わった 予約（よやく）
booking-show = 見（み）る
booking-reservation-title = 予約（よやく）
booking-to-calendar = カレンダーに 入（い）れる
booking-cancel-title = 予約（よやく）を やめる
booking-cancel = 予約（よやく）を やめる
booking-cancel-loses = いま やめると、{ $amount }かかります。
booking-done-held = 時間（じかん）を とりました。続（つづ）けてください。
booking-done-removed = やめました。
booking-done-cancelled = 予約（よやく）を やめました。
booking-error-taken = ほかの人（ひと）が 予約（よやく）しました。別（べつ）の時間（じかん）を えらんでください。
booking-error-lapsed = 時間（じかん）が すぎました。もう一度（いちど） えらんでください。
booking-error-not-offered = この時間（じかん）は 予約（よやく）できません。
booking-error-too-early = まだ 予約（よやく）できません。
booking-error-too-late = もう 予約（よやく）できません。
booking-error-limit = 予約（よやく）は { $n }つまでです。
booking-error-held-enough = 一度（いちど）に とれる数（かず）を こえました。
booking-error-people = { $n }人（にん）までです。
booking-error-people-missing = 人数（にんずう）を 書（か）いてください。
booking-error-purpose = それには 使（つか）えません。
booking-error-residents = アカウントで 予約（よやく）してください。
booking-error-groups = 登録（とうろく）した グループだけが 予約（よやく）できます。
booking-error-staff = 窓口（まどぐち）か 電話（でんわ）で 予約（よやく）してください。
booking-error-state = いまは できません。
booking-error-required = 書（か）いてください。
booking-error-phone = 電話番号（でんわばんごう）を 数字（すうじ）で 書（か）いてください。
booking-error-number = この番号（ばんごう）は ありません。もう一度（いちど） たしかめてください。
booking-mail-confirmed-subject = 予約（よやく）を 受（う）け付（つ）けました
booking-mail-confirmed = 
    予約（よやく）が 決（き）まりました。

    ところ　{ $what }
    時間（じかん）　{ $when }
    番号（ばんごう）　{ $number }

    やめるときは、市（し）のサイトで この番号（ばんごう）を 入（い）れてください。
    電話（でんわ）　{ $phone }
booking-mail-requested-subject = 予約（よやく）の 申（もう）しこみを 受（う）け付（つ）けました
booking-mail-requested = 
    申（もう）しこみを 受（う）け付（つ）けました。施設（しせつ）の人（ひと）が 見（み）てから 決（き）まります。

    ところ　{ $what }
    時間（じかん）　{ $when }
    番号（ばんごう）　{ $number }

    電話（でんわ）　{ $phone }
booking-mail-cancelled-subject = 予約（よやく）を やめました
booking-mail-cancelled = 
    次（つぎ）の 予約（よやく）を やめました。

    ところ　{ $what }
    時間（じかん）　{ $when }

    知（し）らないときは 電話（でんわ）してください。　{ $phone }
booking-kind-community-centre = 公民館（こうみんかん）・集会所（しゅうかいじょ）
booking-kind-hall = ホール・会館（かいかん）
booking-kind-gym = 体育館（たいいくかん）
booking-kind-sports-ground = グラウンド・コート
booking-kind-school = 学校（がっこう）
booking-kind-park = 公園（こうえん）・キャンプ場（じょう）
booking-kind-counter = 窓口（まどぐち）
booking-kind-check-up = 健診（けんしん）・予防接種（よぼうせっしゅ）
booking-kind-class = 教室（きょうしつ）
booking-kind-consultation = 相談（そうだん）
booking-kind-equipment = 借（か）りるもの
booking-to-groups = 団体（だんたい）の登録（とうろく）
booking-as = だれの名前（なまえ）で 予約（よやく）しますか
booking-as-support = 団体（だんたい）のときは、お金（かね）と 予約（よやく）の数（かず）は 団体（だんたい）のきまりで 決（き）まります
booking-as-self = 自分（じぶん）
booking-error-group-too-small = この団体（だんたい）は 人数（にんずう）か この市（し）の人（ひと）が 足（た）りません。ここは 予約（よやく）できません。
booking-error-blocked = 約束（やくそく）を まもらなかったので、{ $day }から 予約（よやく）できます。
booking-to-series = くり返（かえ）しの 予約（よやく）
booking-series-new = 毎週（まいしゅう） 予約（よやく）する
booking-paper-permit = 使（つか）っても よいという 紙（かみ）（PDF）
booking-paper-course = 教室（きょうしつ）に 出（で）られるという 紙（かみ）（PDF）
booking-paper-appointment = 予約（よやく）の 紙（かみ）（PDF）
booking-change-title = 日（ひ）・時間（じかん）・場所（ばしょ）を 変（か）える
booking-change-now = いまの 予約（よやく）
booking-change-rule = 使（つか）う日（ひ）の { $n }日（にち）前（まえ）まで、自分（じぶん）で 変（か）えられます。
booking-change-to = 新（あたら）しい 時間（じかん）
booking-change-send = この時間（じかん）に 変（か）える
booking-change-too-late = この予約（よやく）は 自分（じぶん）で 変（か）えられません。電話（でんわ）してください。
booking-length = 長（なが）さ
booking-minutes = { $n }分（ふん）
booking-done-changed = 変（か）えました。
booking-closed-days = { $days } お休（やす）み：{ $reason }
booking-mail-moved-subject = 予約（よやく）を 変（か）えました
booking-mail-moved =
    予約（よやく）の 日（ひ）・時間（じかん）・場所（ばしょ）を 変（か）えました。予約（よやく）の番号（ばんごう）は 同（おな）じです。{ $number }

    場所（ばしょ） { $what }
    日（ひ）と時間（じかん） { $when }

    知（し）らないときは、電話（でんわ）してください。 { $phone }
booking-mail-moved-requested =
    予約（よやく）を 変（か）えたいという 連絡（れんらく）を もらいました。施設（しせつ）が 確（たし）かめてから 決（き）まります。予約（よやく）の番号（ばんごう）は 同（おな）じです。{ $number }

    場所（ばしょ） { $what }
    日（ひ）と時間（じかん） { $when }

    知（し）らないときは、電話（でんわ）してください。 { $phone }
booking-to-waiting = キャンセル待（ま）ち
booking-to-feeds = カレンダーで 見（み）る
booking-wait = キャンセル待（ま）ち
booking-resource-calendar = 空（あ）きを カレンダーで 見（み）る（ICS）
booking-rule-waiting = 空（あ）いていないときは 待（ま）つことが できます。
booking-rule-course = ぜんぶの 回（かい）を いっしょに 申（もう）し込（こ）みます。やめるときも いっしょです。
booking-rule-course-late = 始（はじ）まった あとでも、残（のこ）りの 回（かい）に 来（く）ることが できます。
booking-rule-group-members = メンバーが { $n }人（にん）から 予約（よやく）できます。
booking-rule-group-residents = メンバーの { $n }%が この市（し）の人（ひと）の 団体（だんたい）が 予約（よやく）できます。
booking-to-use = どのくらい 使（つか）われたか
booking-mail-reminder-subject = 予約（よやく）の 日（ひ）が ちかいです
booking-mail-reminder =
    予約（よやく）の 日（ひ）が ちかいです。

    ところ　{ $what }
    時間（じかん）　{ $when }

    使（つか）わない ときは、はやく やめて ください。待（ま）っている 人（ひと）が います。
    電話（でんわ）　{ $phone }
booking-equipment = いっしょに 借（か）りる 物（もの）
booking-equipment-none = 借（か）りない
booking-equipment-count = { $n }つ
booking-equipment-left = この 時間（じかん）に あと { $n }つ あります。1つ { $amount }です
booking-error-equipment = この 時間（じかん）は、その 数（かず）を 借（か）りられません。少（すく）ない 数（かず）を 選（えら）んで ください。
booking-equipment-offered = 予約（よやく）の とき いっしょに 借（か）りられます：{ $items }
booking-table-facilities = 予約（よやく）できる 施設（しせつ）
booking-table-facilities-about = 予約（よやく）できる 施設（しせつ）の 名前（なまえ）、場所（ばしょ）、開（あ）いている 時間（じかん）です。毎晩（まいばん） 作（つく）ります。
booking-table-use = 施設（しせつ）が 使（つか）われた 数（かず）
booking-table-use-about = 施設（しせつ）ごと、月（つき）ごとの 予約（よやく）の 数（かず）と 使（つか）われた 時間（じかん）です。毎晩（まいばん） 作（つく）ります。1から 4までの 数（かず）は 書（か）きません。
booking-table-hours-differ = 開（あ）いている 時間（じかん）は 曜日（ようび）や 時期（じき）で ちがいます
booking-table-closed-weeks = 休（やす）みの 週（しゅう）が あります
booking-table-closed-holidays = 祝日（しゅくじつ）は 休（やす）み
booking-table-closed-moves = 休（やす）みの 曜日（ようび）が 祝日（しゅくじつ）のときは、次（つぎ）の 平日（へいじつ）が 休（やす）み
booking-table-closed-season = { $from }から { $to }まで 休（やす）み
booking-table-day = { $month }月（がつ）{ $day }日（にち）
