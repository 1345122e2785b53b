lottery-month = { $year }年（ねん）{ $month }月（がつ）
lottery-mail-entered-subject = 抽選（ちゅうせん）に 申（もう）しこみました
lottery-mail-entered =
    { $facility }の { $month }の 抽選（ちゅうせん）に 申（もう）しこみました。

    { $choices }

    抽選（ちゅうせん）の日（ひ）　{ $until }
    受付番号（うけつけばんごう）　{ $number }
    みんなに 見（み）せる番号（ばんごう）　{ $entry }

    市（し）のサイトで 受付番号（うけつけばんごう）を 入（い）れると、見（み）たり 変（か）えたり やめたり できます。
    電話（でんわ）　{ $phone }
lottery-mail-won-subject = 抽選（ちゅうせん）に 当（あ）たりました
lottery-mail-won =
    { $facility }の { $month }の 抽選（ちゅうせん）に 当（あ）たりました。

    { $choices }

    使（つか）うか どうか、{ $until }までに 市（し）のサイトで 答（こた）えてください。答（こた）えないと、ほかの人（ひと）が 使（つか）います。
    受付番号（うけつけばんごう）　{ $number }
    申込番号（もうしこみばんごう）　{ $entry }（{ $place }番（ばん））

    電話（でんわ）　{ $phone }
lottery-mail-offered-subject = 使（つか）えるように なりました
lottery-mail-offered =
    { $facility }の { $month }の 抽選（ちゅうせん）で、やめた人（ひと）が いました。あなたが 使（つか）えます。

    { $choices }

    使（つか）うか どうか、{ $until }までに 市（し）のサイトで 答（こた）えてください。答（こた）えないと、ほかの人（ひと）が 使（つか）います。
    受付番号（うけつけばんごう）　{ $number }
    申込番号（もうしこみばんごう）　{ $entry }（{ $place }番（ばん））

    電話（でんわ）　{ $phone }
lottery-mail-lost-subject = 抽選（ちゅうせん）に 外（はず）れました
lottery-mail-lost =
    { $facility }の { $month }の 抽選（ちゅうせん）に 外（はず）れました。

    { $choices }

    申込番号（もうしこみばんごう）　{ $entry }（{ $place }番（ばん））
    やめた人（ひと）が いたら、順番（じゅんばん）に 知（し）らせます。のこった時間（じかん）は { $first }から 予約（よやく）できます。
    受付番号（うけつけばんごう）　{ $number }

    電話（でんわ）　{ $phone }
lottery-mail-blocked-subject = 使（つか）えなく なりました
lottery-mail-blocked =
    { $facility }の { $month }の 抽選（ちゅうせん）に 当（あ）たりましたが、市（し）が 使（つか）うことに なりました。この時間（じかん）は 使（つか）えません。すみません。

    { $choices }

    施設（しせつ）から れんらくします。　{ $phone }
    受付番号（うけつけばんごう）　{ $number }
lottery-title = 抽選（ちゅうせん）
lottery-lead = 人気（にんき）の時間（じかん）は 抽選（ちゅうせん）で 決（き）めます。だれでも 結果（けっか）を たしかめられます。
lottery-and = と
lottery-open-title = いま 申（もう）しこめる 抽選（ちゅうせん）
lottery-open-none = いま 申（もう）しこめる 抽選（ちゅうせん）は ありません。
lottery-others-title = ほかの 抽選（ちゅうせん）
lottery-to-booking = 施設（しせつ）の 予約（よやく）
lottery-how-title = 抽選（ちゅうせん）の しくみ
lottery-how-1 = 使（つか）いたい 順番（じゅんばん）に 申（もう）しこみます。本当（ほんとう）に 使（つか）いたい 順番（じゅんばん）が 一番（いちばん） いいです。
lottery-how-2 = 申（もう）しこみが 終（お）わると、一覧（いちらん）を 決（き）めて、しるしを 見（み）せます。名前（なまえ）は ありません。あとから 変（か）えられません。
lottery-how-3 = だれも えらべない 数（かず）で 順番（じゅんばん）を 決（き）めます。やりなおしは できません。
lottery-how-4 = 順番（じゅんばん）に、あいている中（なか）で 一番（いちばん） 使（つか）いたい 時間（じかん）が 当（あ）たります。
lottery-how-5 = 使（つか）わない 時間（じかん）は、次（つぎ）の 人（ひと）が 使（つか）えます。
lottery-how-check = 計算（けいさん）の やりかたは 文書（ぶんしょ） docs/lottery.md に あります。
lottery-round-title = { $facility }　{ $month }
lottery-phase-coming = まだです
lottery-phase-entering = 申（もう）しこめます
lottery-phase-closed = 抽選（ちゅうせん）を 待（ま）っています
lottery-phase-due = 決（き）める数（かず）を 待（ま）っています
lottery-phase-answering = けっかが 出（で）ました
lottery-phase-over = 終（お）わりました
lottery-note-opens = { $at }から 申（もう）しこめます
lottery-note-closes = { $at }まで 申（もう）しこめます
lottery-note-draws = { $at }に 抽選（ちゅうせん）します
lottery-note-first-come = のこりは { $at }から 予約（よやく）できます
lottery-note-odds = 申（もう）しこみ { $entries }、当（あ）たり { $won }
lottery-entering = 申（もう）しこみ
lottery-from-to = { $from }から { $to }まで
lottery-draws = 抽選（ちゅうせん）
lottery-confirm-by = 当（あ）たった人（ひと）が 答（こた）える日（ひ）
lottery-first-come = のこりを 予約（よやく）できる日（ひ）
lottery-enter = 申（もう）しこむ
lottery-to-facility = { $facility }を 見（み）る
lottery-rules-title = きまり
lottery-rule-entries = 1人（ひとり）（1つの グループ）で { $n }件（けん）まで 申（もう）しこめます。グループの 申（もう）しこみは、申（もう）しこむ人（ひと）の 分（ぶん）にも なります。
lottery-rule-wins = 当（あ）たるのは { $n }件（けん）までです。
lottery-rule-choices = 1件（けん）に { $n }つまで 書（か）けます。
lottery-rule-together = { $n }つの 時間（じかん）まで いっしょに 申（もう）しこめます。全部（ぜんぶ） あいているときだけ 当（あ）たります。
lottery-rule-tickets = 外（はず）れた人（ひと）は、次（つぎ）の くじが { $n }本（ほん） ふえます（{ $most }本（ほん）まで）。
lottery-rule-given-up = やめた時間（じかん）は 次（つぎ）の 人（ひと）が 使（つか）えます。
lottery-proof-title = 結果（けっか）を たしかめる
lottery-source-drand = 世界（せかい）の 公開（こうかい）の 乱数（らんすう） drand の { $round }番（ばん）で 決（き）まります。
lottery-source-parties = { $names }の 秘密（ひみつ）の ことばで 決（き）まります。
lottery-source-value = 「{ $value }」で 決（き）まります。
lottery-source-weak = これは 弱（よわ）い 方法（ほうほう）です。
lottery-frozen-at = 一覧（いちらん）を 決（き）めた日（ひ）
lottery-commitment = 一覧（いちらん）の しるし（SHA-256）
lottery-drawn-at = 抽選（ちゅうせん）した日（ひ）
lottery-list-file = 申（もう）しこみの 一覧（いちらん）（名前（なまえ）なし）
lottery-transcript-file = 抽選（ちゅうせん）の 記録（きろく）
lottery-check-yourself = 記録（きろく）は だれでも たしかめられます。一覧（いちらん）に 自分（じぶん）の 番号（ばんごう）が あるか 見（み）てください。
lottery-proof-later = 申（もう）しこみが 終（お）わると、ここに 一覧（いちらん）を 出（だ）します。
lottery-bring-title = 決（き）める数（かず）を 入（い）れる
lottery-bring-lead = だれでも できます。次（つぎ）の アドレスの signature を 写（うつ）してください。
lottery-signature = 署名（しょめい）（signature）
lottery-signature-support = 0〜9と a〜fの 96文字（もじ）です
lottery-bring = この数（かず）で 抽選（ちゅうせん）する
lottery-secret-title = 秘密（ひみつ）の ことばを 言（い）う
lottery-secret = 秘密（ひみつ）の ことば
lottery-secret-support = 先（さき）に しるしを 出（だ）した人（ひと）だけです
lottery-secret-send = 送（おく）る
lottery-figures-title = 申（もう）しこみと 当（あ）たり
lottery-figure-entries = 申（もう）しこみ
lottery-figure-won = 当（あ）たり
lottery-figure-accepted = 使（つか）う
lottery-figure-given-up = 使（つか）わない
lottery-figure-offered = 次（つぎ）の人（ひと）に 回（まわ）した
lottery-entries-count = { $n }件（けん）
lottery-percent = { $n }%
lottery-by-tickets = くじの 数（かず）と 当（あ）たり
lottery-by-tickets-note = 外（はず）れた人（ひと）は くじが 多（おお）いです。
lottery-column-tickets = くじの 数（かず）
lottery-column-entries = 申（もう）しこみ
lottery-column-won = 当（あ）たり
lottery-column-share = 当（あ）たった 割合（わりあい）
lottery-column-first = 1番（いちばん）の 希望（きぼう）
lottery-tickets-count = { $n }本（ほん）
lottery-enter-title = 抽選（ちゅうせん）に 申（もう）しこむ
lottery-change-title = 申（もう）しこみを 変（か）える
lottery-choice = { $n }番（ばん）
lottery-chosen-title = 希望（きぼう）
lottery-chosen-none = まだ ありません。下（した）から えらんでください。
lottery-up = 上（うえ）へ
lottery-remove = やめる
lottery-add-title = 希望（きぼう）を ふやす
lottery-add-full = もう これ以上（いじょう） えらべません。
lottery-resource = 場所（ばしょ）
lottery-day = 日（ひ）
lottery-show-times = 時間（じかん）を 見（み）る
lottery-no-times = この月（つき）に 使（つか）える日（ひ）は ありません。
lottery-from-here = ここから
lottery-add = { $choice }に する
lottery-join = 前（まえ）の 希望（きぼう）と いっしょにする
lottery-who-title = 申（もう）しこむ人（ひと）
lottery-who-lead = 結果（けっか）を 知（し）らせるため、メールアドレスを たしかめます。
lottery-who-email = メールアドレスを たしかめる
lottery-who-account = アカウントで ログインする
lottery-send = 申（もう）しこむ
lottery-send-change = 変（か）える
lottery-mine-title = 申（もう）しこみを 見（み）る・変（か）える・答（こた）える
lottery-own-title = 申（もう）しこんだ 抽選（ちゅうせん）
lottery-own-none = 申（もう）しこみは ありません。
lottery-show = 見（み）る
lottery-by-number-title = 受付番号（うけつけばんごう）で さがす
lottery-receipt = 受付番号（うけつけばんごう）
lottery-receipt-support = 6文字（もじ）が 3つです
lottery-entry-number = 申込番号（もうしこみばんごう）
lottery-entry-title = 抽選（ちゅうせん）の 申（もう）しこみ
lottery-state = いまの ようす
lottery-state-entered = 申（もう）しこみました
lottery-state-withdrawn = やめました
lottery-state-lost = 外（はず）れました
lottery-state-won = 当（あ）たりました。答（こた）えてください
lottery-state-accepted = 使（つか）います
lottery-state-declined = 使（つか）いません
lottery-state-lapsed = 答（こた）えが なかったので 取（と）り消（け）しました
lottery-state-blocked = 市（し）が 使（つか）うので 使（つか）えません
lottery-answer-title = 使（つか）いますか
lottery-answer-lead = { $until }までに 答（こた）えてください。
lottery-accept = 使（つか）う
lottery-decline = 使（つか）わない
lottery-change = 希望（きぼう）を 変（か）える
lottery-withdraw = 申（もう）しこみを やめる
lottery-why-won = 当（あ）たりました
lottery-why-to = { $n }番（ばん）の 人（ひと）に 決（き）まっていました
lottery-why-beforehand = 抽選（ちゅうせん）の 前（まえ）から あいていませんでした
lottery-why-not-needed = 上（うえ）の 希望（きぼう）が 当（あ）たりました
lottery-why-limit = ほかで 当（あ）たっていました
lottery-why-tickets = 外（はず）れたことが あるので、くじは { $n }本（ほん）でした。
lottery-why-place = 順番（じゅんばん）は { $n }番（ばん）でした。
lottery-done-title = 抽選（ちゅうせん）に 申（もう）しこみました
lottery-done-lead = 受付番号（うけつけばんごう）を 書（か）いてください。メールも 送（おく）りました。
lottery-done-none = 申（もう）しこみは ありません。
lottery-done-changed = 申（もう）しこみを 変（か）えました。
lottery-done-withdrawn = 申（もう）しこみを やめました。
lottery-done-accepted = 使（つか）うことに 決（き）まりました。
lottery-done-declined = 使（つか）わないことに 決（き）まりました。
lottery-done-drawn = 抽選（ちゅうせん）しました。
lottery-done-told = 秘密（ひみつ）の ことばを 受（う）け取（と）りました。
lottery-done-hash = しるしを 受（う）け取（と）りました。
lottery-done-value = 数（かず）を 受（う）け取（と）りました。
lottery-error-limit = { $n }つまでです。
lottery-error-early = まだ できません。
lottery-error-late = もう 終（お）わりました。
lottery-error-state = いまは できません。
lottery-error-value = ちがう 数（かず）です。もう一度（いちど） 見（み）てください。
lottery-error-not-offered = 使（つか）えない 時間（じかん）が あります。えらびなおしてください。
lottery-error-number = この番号（ばんごう）は ありません。もう一度（いちど） 見（み）てください。
lottery-error-email = メールアドレスでは ありません。
lottery-channel = 受（う）け付（つ）けた 方法（ほうほう）
lottery-channel-counter = 窓口（まどぐち）
lottery-channel-phone = 電話（でんわ）
lottery-channel-paper = 紙（かみ）
lottery-mail-instead = くじで 当（あ）たった 時間（じかん）の かわりです。
lottery-fair-title = 公平（こうへい）さ
lottery-fair-wishes = どの 希望（きぼう）が 当（あ）たったか
lottery-fair-wish = 希望（きぼう）
lottery-fair-share = 割合（わりあい）
lottery-fair-nothing = 当（あ）たらなかった
lottery-fair-times = 希望（きぼう）が 多（おお）かった 時間（じかん）
lottery-fair-times-note = 倍率（ばいりつ）は、その 時間（じかん）を 希望（きぼう）した 数（かず）を、使（つか）える 数（かず）で 割（わ）ったものです。
lottery-fair-time = 時間（じかん）
lottery-fair-places = 使（つか）える 数（かず）
lottery-fair-odds = 倍率（ばいりつ）
lottery-fair-odds-value = { $n }倍（ばい）
lottery-fair-year = 1年（ねん）に 当（あ）たった 回数（かいすう）
lottery-fair-year-wins = 当（あ）たった 回数（かいすう）
lottery-fair-holders = 人（ひと）・団体（だんたい）
lottery-fair-times-count = { $n }回（かい）
lottery-fair-times-or-more = { $n }回（かい）か、もっと
lottery-fair-gini = 当（あ）たった 回数（かいすう）の かたより（ジニ係数（けいすう））は { $gini }です。0は みんな 同（おな）じ、1は 1人（ひとり）だけが いつも 当（あ）たった ことを 表（あらわ）します。
lottery-fair-hidden = 少（すこ）し
lottery-fair-hidden-note = 5より 少（すく）ない 数（かず）は、「少（すこ）し」と 書（か）きます。その 数（かず）が 計算（けいさん）で 分（わ）かる 数（かず）も 同（おな）じです。
lottery-fair-file = 公平（こうへい）さの 数字（すうじ）を CSVで 保存（ほぞん）する
