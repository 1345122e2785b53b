# ページの枠
ui-skip-to-content = 本文へ移動
ui-language = 言語
ui-menu = メニュー
ui-services = サービス
ui-desk-menu = 業務メニュー
ui-breadcrumb = 現在の位置
ui-sign-in = ログイン
ui-sign-out = ログアウト
ui-to-home = トップページへ
ui-title-error = 入力エラー：

# 入力欄
ui-required = ※必須
ui-optional = ※任意
ui-read-only = 編集不可
ui-choose = 選択してください
ui-year = 年
ui-month = 月
ui-day = 日
ui-date-support = 西暦で入力してください。例：2024年4月1日
ui-search = 検索
ui-file-limit-size = 1ファイル { $size } まで
ui-file-limit-count = { $n }ファイルまで
ui-file-limit-kinds = 対応する形式：{ $kinds }
ui-error-summary = 入力内容を確認してください
ui-error-summary-count = { $n }か所に直すところがあります。

# よく使う言葉
ui-save = 保存
ui-cancel = やめる
ui-delete = 削除
ui-edit = 編集
ui-back = 戻る
ui-next = 次へ
ui-confirm = 確認する
ui-close = 閉じる
ui-yes = はい
ui-no = いいえ
ui-all = すべて
ui-details = 詳しく見る
ui-none = なし
ui-download = ダウンロード
ui-filter-table = この表を絞り込む
ui-filter-table-result = { $n }行を表示しています


# 表とページ送り
ui-pagination = ページ送り
ui-previous-page = 前へ
ui-next-page = 次へ
ui-page-number = { $n }ページ
ui-page-of = { $total }件中 { $first }～{ $last }件

# 手順
ui-steps = 手順
ui-step-completed = 済み
ui-step-editing = いまここ
ui-step-error = エラーあり
ui-step-skipped = 省略
ui-step-reached = これから

# 状態
ui-status-achieved = 達成
ui-status-on-track = 順調
ui-status-behind = 遅れ
ui-status-cannot-judge = 判定できない
ui-status-review = 要確認
ui-status-ended = 終了

# 図
ui-chart-planned = 予定
ui-chart-actual = 実績
ui-chart-published = 公表時
ui-chart-projection = 見込み
ui-chart-range = 見込みの幅
ui-chart-year = 年度
ui-chart-no-figure = 数値なし
ui-chart-table = 図の数値
ui-chart-unit = 単位：{ $unit }
ui-chart-range-of = { $low }～{ $high }
ui-chart-summary = { $title }。{ $first }から{ $last }まで。
ui-chart-latest = 最新は{ $year }の{ $value }。
ui-share-of = { $whole }のうち{ $part }

# 数と日付
ui-fiscal-year = { $wareki }（{ $year }年度）
ui-fiscal-year-short = { $year }年度

# エラーの画面
ui-error-code = エラー番号
ui-error-reference = お問い合わせ番号
ui-error-400-title = 受け付けられませんでした
ui-error-400-what = 送られた内容に読み取れないところがあります。
ui-error-400-mend = 前の画面に戻り、内容を確かめて、もう一度お試しください。
ui-error-401-title = ログインが必要です
ui-error-401-what = このページを見るには、ログインしてください。
ui-error-401-mend = ログインしていた場合は、時間がたって終了しています。もう一度ログインしてください。
ui-error-403-title = このページは見られません
ui-error-403-what = 今の権限では、このページを開いたり操作したりできません。
ui-error-403-mend = 仕事で必要なときは、所属の管理担当に権限の追加を依頼してください。
ui-error-404-title = ページが見つかりません
ui-error-404-what = お探しのページは、移動したか、なくなったか、アドレスが違っています。
ui-error-404-mend = アドレスを確かめるか、トップページや検索からお探しください。
ui-error-405-title = この操作はできません
ui-error-405-what = このアドレスでは、その操作を受け付けていません。
ui-error-405-mend = 前の画面に戻って、画面のボタンから操作してください。
ui-error-409-title = ほかの変更と重なりました
ui-error-409-what = あなたが開いている間に、ほかの人が同じものを変更しました。
ui-error-409-mend = 最新の内容を開き直して、もう一度変更してください。入力した内容は保存されていません。
ui-error-413-title = ファイルが大きすぎます
ui-error-413-what = 送られたファイルまたは内容が、受け付けられる大きさを超えています。
ui-error-413-mend = ファイルを分けるか小さくして、もう一度お試しください。
ui-error-429-title = 操作が多すぎます
ui-error-429-what = 短い時間に多くの操作がありました。
ui-error-429-mend = 1分ほど待ってから、もう一度お試しください。
ui-error-500-title = 処理できませんでした
ui-error-500-what = システムの中で問題が起きました。入力した内容は保存されていません。
ui-error-500-mend = 少し待ってから、もう一度お試しください。続くときは、お問い合わせ番号を添えて担当にお知らせください。
ui-error-503-title = ただいま使えません
ui-error-503-what = 作業中か、混み合っています。
ui-error-503-mend = 少し待ってから、もう一度お試しください。
ui-template-failed = 画面を作れませんでした。

# 地図
ui-map-open = 地図で選ぶ
ui-map-instead = 地図が表示されないときも、同じ内容を一覧で見ることができます。
ui-map-legend = 地図の記号
ui-map-pin = 選んだ場所
ui-map-here = 地図の真ん中（＋印）にピンを置く
ui-map-placed = ピンを置きました。
ui-map-zoom-in = 地図を大きくする
ui-map-zoom-out = 地図を小さくする
ui-map-locate = 現在地を表示する
ui-map-locate-failed = 現在地を使うことができません
ui-map-gesture-control = 地図の大きさを変えるときは、Ctrlキーを押しながらスクロールしてください
ui-map-gesture-command = 地図の大きさを変えるときは、⌘キーを押しながらスクロールしてください
ui-map-gesture-fingers = 地図を動かすときは、2本の指を使ってください
ui-map-opacity = { $name }の濃さ
ui-map-steps = { $name }の時点
ui-map-measure = 距離を測る
ui-map-measure-end = 測るのをやめる
ui-map-measure-point = 地図の中央を点にする
ui-map-measure-how = 測る点を地図の上で順に押してください。
ui-map-share = この地図へのリンクをコピーする
ui-map-shared = リンクをコピーしました。
ui-map-draw = 地図に描く
ui-map-draw-area = 面を描く
ui-map-draw-line = 線を描く
ui-map-draw-how = 角を順に押してください。最後の角をもう一度押すと終わります。
ui-map-draw-move = 角を動かす
ui-map-draw-move-how = 角を引いて動かします。角と角の間の点を引くと、角が増えます。
ui-map-draw-erase = 角を消す
ui-map-draw-erase-how = 消す角を押してください。
ui-map-draw-middle = 地図の真ん中（＋印）を次の角にする
ui-map-draw-corners = 角の数：
ui-map-draw-cannot = この形は地図では描き直せません。下の欄で直してください。
ui-map-undo = 元に戻す
ui-map-redo = やり直す

# 距離
ui-metres = { $n }メートル
ui-kilometres = { $n }キロメートル

# 災害
ui-emergency-more = くわしい情報を見る

ui-copy-title = 通信できないため、前に開いたときの内容を表示しています
ui-copy-text = その後変わったことは載っていません。
ui-copy-again = もう一度読み込む
ui-copy-at = この内容を読み込んだ時刻:

# ある場所の近くを探す
ui-near = どこの近くを探しますか
ui-near-support = 住所、施設の名前、または緯度と経度（例：中央1丁目2-3、中央公民館、34.4000, 135.0000）
ui-near-support-point = 緯度と経度（例：34.4000, 135.0000）
ui-near-which = どの場所の近くですか。一つ選んでください。
ui-near-unknown = その名前や住所の場所が見つかりません。別の言葉か、緯度と経度を入れてください。
ui-near-no-point = 緯度と経度を「34.4000, 135.0000」のように入れてください。
ui-position = 今いる場所を使う
ui-position-waiting = 場所を調べています。
ui-position-found = 今いる場所を入れました。
ui-position-refused = 場所を使うことが許可されていません。
ui-position-failed = 場所が分かりませんでした。
