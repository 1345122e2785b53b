assets-menu = 設備の場所
assets-menu-summary = AED、Wi-Fi、防犯カメラなど、市の設備がどこにあるかを探せます。
assets-title = 市の設備
assets-lead = AED、Wi-Fi、防犯カメラなど、市が置いている設備の場所を探せます。
assets-kind = 種類
assets-name = 名前
assets-words = ことばで探す
assets-by-place = 近くを探す
assets-near-map = 探す場所を選ぶ地図
assets-within = 距離
assets-distance = 距離
assets-find = しぼり込む
assets-count = { $count }件
assets-map = 設備の地図
assets-map-list = 設備の一覧
assets-map-place = 場所の地図
assets-geojson = この一覧のデータ（GeoJSON）
assets-uptime = { $month }に動いていた時間の割合は{ $share }でした。
assets-yes = はい
assets-no = いいえ
assets-state-planned = 計画中
assets-state-in-service = 使用中
assets-state-out-of-service = 休止中
assets-state-removed = 撤去済み
assets-column-number = 番号
assets-column-name = 名称
assets-column-place = 場所
assets-column-point = 緯度・経度
assets-column-state = 状態
assets-column-department = 課コード
assets-column-installed-on = 設置日
assets-column-mail = 異常を知らせる宛先
assets-problem-required = 入力してください。
assets-problem-long = 長すぎます。番号は40文字、ほかは200文字までです。
assets-problem-point = 緯度・経度を「34.7594, 135.5168」のように書いてください。
assets-problem-department = この課には登録できません。課コードを確かめてください。
assets-problem-day = 日付を「2026-04-01」のように書いてください。
assets-problem-number = 数を書いてください。
assets-problem-flag = 「はい」か「いいえ」を書いてください。
assets-problem-choice = 決められた選択肢から選んでください。
assets-problem-choice-of = { $choices } のどれかを書いてください。
assets-problem-mail = メールアドレスを10件まで、コンマで区切って書いてください。
assets-problem-state = 計画中、使用中、休止中、撤去済みのどれかを書いてください。
assets-problem-turn = いまの状態からは、その状態に変えられません。
assets-table-no-header = 見出しの行がありません。1行目に「番号」「名称」などの見出しを書いてください。
assets-table-unknown-column = この列はこの種類にありません。見出しを直すか、列を消してください。
assets-table-column-twice = 同じ列が2つあります。片方を消してください。
assets-table-number-twice = 同じ番号が2行あります。片方を直してください。
assets-table-empty = 設備が1行もありません。見出しの下に1行以上書いてください。
assets-table-more = ほかに{ $n }か所あります。
assets-table-mistake = { $row }行目 { $column }列目「{ $cell }」：{ $sentence }
assets-rule-silent = 通信が途絶えています
assets-rule-range = { $value }が決められた範囲の外です
assets-mail-subject = { $city }：{ $kind }の異常（{ $rule }）
assets-mail-opened = { $kind }で異常が見つかりました。

    異常：{ $rule }
    見つけた時刻：{ $at }
    台数：{ $n }
assets-mail-escalated = { $kind }の異常に、まだだれも対応していません。

    異常：{ $rule }
    確認した時刻：{ $at }
    台数：{ $n }
assets-mail-more = ほかに{ $n }台あります。
assets-mail-place = 場所：{ $place }
assets-mail-point = 緯度・経度：{ $point }
assets-mail-where = 職員は、次のページで「対応する」を押してください。
assets-finding-twice = 同じキーが2つあります。片方を変えてください。
assets-finding-reserved = このキーは、どの種類にもある列の名前です。ほかのキーにしてください。
assets-finding-options = 選択肢は、typeがchoiceのときだけ、1つ以上書いてください。
assets-finding-unit = 単位は、typeがnumberのときだけ書いてください。
assets-finding-inspection = 点検の間隔は1から1,200か月までにしてください。
assets-finding-minutes = 分は1から10,080まで、silent_after_minutesはevery_minutes以上にしてください。
assets-finding-escalation = escalate_after_minutesとescalate_toは、両方書くか、両方書かないでください。
assets-finding-range = leastはmost以下にしてください。
assets-finding-mail = メールアドレスではありません。
assets-finding-vehicles = vehiclesを書くときは、public: trueも書いてください。
assets-place-at = { $time }の位置
assets-now = 今いる場所
assets-problem-other-department = この設備は、あなたが担当していない課のものです。その課の人が取り込んでください。
assets-photo = 写真
assets-finding-photos = 公開しない種類の写真は公開できません。public: true にするか、public_photos を外してください
assets-errand = 点検：{ $kind } { $number } { $name }
