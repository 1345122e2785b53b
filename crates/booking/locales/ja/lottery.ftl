lottery-month = { $year }年{ $month }月
lottery-mail-entered-subject = 抽選の申込みを受け付けました
lottery-mail-entered =
    { $facility }の{ $month }分の抽選に申し込みました。

    { $choices }

    抽選日時　{ $until }
    受付番号　{ $number }
    申込番号（公表される一覧の番号）　{ $entry }

    受付番号で、申込みの確認、変更、取りやめができます。
    お問い合わせ　{ $phone }
lottery-mail-won-subject = 抽選の結果：当選しました
lottery-mail-won =
    { $facility }の{ $month }分の抽選に当選しました。

    { $choices }

    { $until }までに、使うかどうかを市のサイトでお答えください。お答えがないときは、次の方に回ります。
    受付番号　{ $number }
    申込番号　{ $entry }（{ $place }番）

    お問い合わせ　{ $phone }
lottery-mail-offered-subject = 抽選の結果：繰り上がりました
lottery-mail-offered =
    { $facility }の{ $month }分の抽選で、空きが出たため繰り上がりました。

    { $choices }

    { $until }までに、使うかどうかを市のサイトでお答えください。お答えがないときは、次の方に回ります。
    受付番号　{ $number }
    申込番号　{ $entry }（{ $place }番）

    お問い合わせ　{ $phone }
lottery-mail-lost-subject = 抽選の結果：落選しました
lottery-mail-lost =
    { $facility }の{ $month }分の抽選では、ご希望の時間をお取りできませんでした。

    { $choices }

    申込番号　{ $entry }（{ $place }番）
    空きが出たときは、順番にご案内します。残った時間は、{ $first }から先着で予約できます。
    落選した理由は、市のサイトで受付番号を入れると分かります。
    受付番号　{ $number }

    お問い合わせ　{ $phone }
lottery-mail-blocked-subject = 抽選の結果：お使いいただけなくなりました
lottery-mail-blocked =
    { $facility }の{ $month }分の抽選に当選しましたが、締切のあとに市が使うことになったため、次の時間をお使いいただけません。申し訳ありません。

    { $choices }

    施設からご連絡します。お急ぎのときはお電話ください。　{ $phone }
    受付番号　{ $number }
lottery-title = 抽選
lottery-lead = 人気のある時間は、抽選で決めます。だれでも結果を確かめられます。
lottery-and = と
lottery-open-title = 申込みを受け付けている抽選
lottery-open-none = いま受け付けている抽選はありません。
lottery-others-title = そのほかの抽選
lottery-to-booking = 施設の予約
lottery-how-title = 抽選のしくみ
lottery-how-1 = 希望を、一番使いたいものから順に申し込みます。本当の希望の順に書くのが一番得です。
lottery-how-2 = 締切のあと、名前のない申込みの一覧を固定し、そのハッシュ（あとから変えられないしるし）を公表します。
lottery-how-3 = 前もって決めておいた、だれも選べない値が出たら、計算で順番を決めます。やり直しはできません。
lottery-how-4 = 順番に、空いている中で一番上の希望が当たります。
lottery-how-5 = 当選した方が使わない時間は、次の順番の方に回ります。早い者勝ちにはなりません。
lottery-how-check = くわしい計算の方法は、公開している文書 docs/lottery.md にあります。「yakuba lottery verify」で、だれでも同じ計算をして確かめられます。
lottery-round-title = { $facility }　{ $month }分
lottery-phase-coming = 受付前
lottery-phase-entering = 受付中
lottery-phase-closed = 抽選待ち
lottery-phase-due = 決める値を待っています
lottery-phase-answering = 抽選済み
lottery-phase-over = 終了
lottery-note-opens = { $at }から申し込めます
lottery-note-closes = { $at }まで申し込めます
lottery-note-draws = { $at }に抽選します
lottery-note-first-come = 残りは{ $at }から先着
lottery-note-odds = 申込み{ $entries }件、当選{ $won }件
lottery-entering = 申込み
lottery-from-to = { $from }から{ $to }まで
lottery-draws = 抽選
lottery-confirm-by = 当選した方の回答期限
lottery-first-come = 残りの先着受付
lottery-enter = 抽選に申し込む
lottery-to-facility = { $facility }の案内
lottery-rules-title = 抽選の決まり
lottery-rule-entries = 申込みは、1人（1団体）{ $n }件までです。団体の申込みは、申し込む方の分としても数えます。
lottery-rule-wins = 当選は、1人（1団体）{ $n }件までです。
lottery-rule-choices = 1件の申込みに、第{ $n }希望まで書けます。
lottery-rule-together = 1つの希望に、{ $n }つの時間まで組にできます。組は、全部取れるときだけ当たります。
lottery-rule-tickets = 続けて外れた方は、1回につきくじが{ $n }本増えます（{ $most }本まで）。
lottery-rule-given-up = 使わなくなった時間は次の順番の方に回し、先着が始まったあとは、しばらく取り置いてから空きに戻します。
lottery-proof-title = 結果を確かめる
lottery-source-drand = 公開の乱数 drand（quicknet）の{ $round }番の値で決まります。この番号は受付の前に決めました。
lottery-source-parties = { $names }が、それぞれ秘密のことばを決めて先にハッシュを出し、抽選のときに明かします。そろわないときは、1日後の公開の乱数 drand で決まります。
lottery-source-value = 「{ $value }」で決まります。職員2人が別々に入力します。
lottery-source-weak = これは弱い方法です。値の出どころを、記録だけからは確かめられません。
lottery-frozen-at = 一覧を固定した日時
lottery-commitment = 一覧のハッシュ（SHA-256）
lottery-drawn-at = 抽選した日時
lottery-list-file = 申込みの一覧（名前なし）
lottery-transcript-file = 抽選の記録（一覧・値・順番・結果）
lottery-check-yourself = 記録は「yakuba lottery verify」で確かめられます。一覧に自分の申込番号があることも、お確かめください。
lottery-proof-later = 締切のあと、ここに申込みの一覧とそのハッシュを公表します。
lottery-bring-title = 決める値を入れる
lottery-bring-lead = だれでも入れられます。次のアドレスにある signature の値を写してください。正しい値だけを受け付け、すぐに抽選します。
lottery-signature = 署名（signature）
lottery-signature-support = 0〜9とa〜fの96文字です
lottery-bring = この値で抽選する
lottery-secret-title = 秘密のことばを明かす
lottery-secret = 秘密のことば
lottery-secret-support = 先にハッシュを出した方だけです。全員がそろうと抽選します
lottery-secret-send = 明かす
lottery-figures-title = 申込みと当選
lottery-figure-entries = 申込み
lottery-figure-won = 当選（繰上げを含む）
lottery-figure-accepted = 使うと答えた
lottery-figure-given-up = 使わない・回答なし
lottery-figure-offered = 繰上げ
lottery-entries-count = { $n }件
lottery-percent = { $n }%
lottery-by-tickets = くじの本数と当選
lottery-by-tickets-note = 続けて外れた方ほど、くじの本数が多くなります。
lottery-column-tickets = くじの本数
lottery-column-entries = 申込み
lottery-column-won = 当選
lottery-column-share = 当選した割合
lottery-column-first = 第1希望で当選
lottery-tickets-count = { $n }本
lottery-enter-title = 抽選の申込み
lottery-change-title = 抽選の申込みの変更
lottery-choice = 第{ $n }希望
lottery-chosen-title = 希望
lottery-chosen-none = まだありません。下から使いたい時間を選んでください。
lottery-up = 上へ
lottery-remove = やめる
lottery-add-title = 希望を加える
lottery-add-full = 書ける数まで希望を選びました。
lottery-resource = 場所
lottery-day = 日
lottery-show-times = 時間を見る
lottery-no-times = この月に使える日はありません。
lottery-from-here = ここから
lottery-add = { $choice }に加える
lottery-join = 前の希望と組にする
lottery-who-title = 申し込む方
lottery-who-lead = 結果をお知らせするため、メールアドレスを確かめます。アカウントのある方はログインしてください。
lottery-who-email = メールアドレスを確かめる
lottery-who-account = アカウントでログインする
lottery-send = 申し込む
lottery-send-change = 変更する
lottery-mine-title = 申込みの確認・変更・回答
lottery-own-title = 申し込んだ抽選
lottery-own-none = 申込みはありません。
lottery-show = 見る
lottery-by-number-title = 受付番号で調べる
lottery-receipt = 受付番号
lottery-receipt-support = 6文字が3つです
lottery-entry-number = 申込番号（一覧に載る番号）
lottery-entry-title = 抽選の申込み
lottery-state = いまの状態
lottery-state-entered = 申込み済み
lottery-state-withdrawn = 取りやめました
lottery-state-lost = 落選（空きが出たら順番にご案内します）
lottery-state-won = 当選（回答をお待ちしています）
lottery-state-accepted = 当選（使う）
lottery-state-declined = 当選（使わない）
lottery-state-lapsed = 当選（回答がなかったため取消し）
lottery-state-blocked = 当選（市の都合で使えなくなりました）
lottery-answer-title = 使うかどうか
lottery-answer-lead = { $until }までにお答えください。お答えがないときは、次の順番の方に回ります。
lottery-accept = 使う
lottery-decline = 使わない
lottery-change = 希望を変える
lottery-withdraw = 申込みを取りやめる
lottery-why-won = 当選しました
lottery-why-to = { $n }番の方に決まっていました
lottery-why-beforehand = 抽選の前からふさがっていました
lottery-why-not-needed = 上の希望が当たったため、使いませんでした
lottery-why-limit = ほかの申込みで、決まりの数まで当選していました
lottery-why-tickets = これまで外れたため、くじは{ $n }本でした。
lottery-why-place = 順番は{ $n }番でした。
lottery-done-title = 抽選に申し込みました
lottery-done-lead = 受付番号を書きとめてください。メールでもお送りしました。
lottery-done-none = 申込みはありません。
lottery-done-changed = 申込みを変えました。
lottery-done-withdrawn = 申込みを取りやめました。
lottery-done-accepted = 使うことに決まりました。
lottery-done-declined = 使わないことに決まりました。
lottery-done-drawn = 抽選しました。
lottery-done-told = 秘密のことばを受け取りました。
lottery-done-hash = ハッシュを受け取りました。
lottery-done-value = 値を受け取りました。2人が同じ値を入れると抽選します。
lottery-error-limit = 決まりの数（{ $n }）を超えています。
lottery-error-early = まだできません。
lottery-error-late = 受付は終わりました。
lottery-error-state = いまはできません。
lottery-error-value = 決めておいた値ではありません。もう一度お確かめください。
lottery-error-not-offered = 使えない時間があります。希望を選び直してください。
lottery-error-number = この受付番号の申込みはありません。もう一度お確かめください。
lottery-error-email = メールアドレスの形ではありません。
lottery-channel = 受け付けた方法
lottery-channel-counter = 窓口
lottery-channel-phone = 電話
lottery-channel-paper = 書面
lottery-desk-none = 担当する施設に抽選はありません。抽選は施設のファイルの rules に書きます。
lottery-desk-round = 抽選
lottery-desk-phase = 段階
lottery-desk-next = 次の予定
lottery-desk-entries = 申込み
lottery-desk-problems = 要対応
lottery-desk-enter = 申込みを代わりに入力する
lottery-desk-enter-column = 代行入力
lottery-desk-public = 公開ページ
lottery-desk-online = うちネット
lottery-desk-unanswered = 回答待ち
lottery-desk-blocked-title = 当選したのに使えない申込み
lottery-desk-blocked-lead = 一覧を固定したあとに、市の利用や休館と重なりました。電話などで連絡し、別の時間をご案内してください。
lottery-desk-name = 氏名・団体名
lottery-desk-phone = 電話
lottery-desk-time = 時間
lottery-desk-parties-title = 秘密のことばを出す方
lottery-desk-party = 名前
lottery-desk-hash = ハッシュ
lottery-desk-hash-missing = まだ
lottery-desk-told = 秘密のことば
lottery-desk-told-yes = 受け取りました
lottery-desk-give-hash = ハッシュを登録する
lottery-desk-hash-support = 秘密のことば（16バイト以上）のSHA-256です。一度登録すると変えられません
lottery-desk-value-title = 公開の値を入れる
lottery-desk-value = 値
lottery-desk-value-support = 出どころに書いてあるとおりに入れてください。もう1人も同じ値を入れると抽選します
lottery-desk-value-send = 入力する
lottery-desk-values = 入力した人：{ $n }人
lottery-desk-values-differ = 入力された値が合っていません。2人とも確かめてください。
lottery-desk-no-choice = 職員が結果を選んだり、抽選をやり直したりすることはできません。
lottery-desk-entered = 受け付けました。受付番号をお伝えください。
lottery-kept = 抽選のあとの取り置き（時刻を決めずに空きに戻します）
lottery-desk-instead = 別の時間を予約する
lottery-desk-instead-column = 対応
lottery-desk-instead-lead = 当選した方と相談して、空いている時間を選んでください。予約はすぐに決まり、使用料はその時間の料金になります。当選した方にメールで知らせます。
lottery-desk-instead-time = 代わりの時間
lottery-desk-instead-send = この時間を予約する
lottery-mail-instead = 抽選で当選した時間の代わりです。
lottery-fair-title = 公平さ
lottery-fair-wishes = どの希望が当たったか
lottery-fair-wish = 希望
lottery-fair-share = 割合
lottery-fair-nothing = 当選なし
lottery-fair-times = 希望の多かった時間
lottery-fair-times-note = 倍率は、その時間を希望に書いた申込みの数を、取れる数で割ったものです。
lottery-fair-time = 時間
lottery-fair-places = 取れる数
lottery-fair-odds = 倍率
lottery-fair-odds-value = { $n }倍
lottery-fair-year = 1年間の当選の回数
lottery-fair-year-wins = 当選した回数
lottery-fair-holders = 人・団体
lottery-fair-times-count = { $n }回
lottery-fair-times-or-more = { $n }回以上
lottery-fair-gini = 当選の回数のかたより（ジニ係数）は{ $gini }です。0は全員が同じ回数、1は1人だけが当たり続けたことを表します。
lottery-fair-hidden = 少数
lottery-fair-hidden-note = 5件未満の数と、それを計算できてしまう数は「少数」と表示します。
lottery-fair-file = 公平さの数字をCSVで保存する
