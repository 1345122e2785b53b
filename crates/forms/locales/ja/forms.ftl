# 入力の誤り。何をすればよいかを書く。

forms-problem-fill-in = { $label }を入力してください。
forms-problem-choose = 「{ $label }」を選んでください。
forms-problem-choose-more = 「{ $label }」は{ $n }個以上選んでください。
forms-problem-choose-fewer = 「{ $label }」は{ $n }個まで選べます。数を減らしてください。
forms-problem-send-file = { $label }のファイルを選んでください。
forms-problem-fewer-files = { $label }のファイルは{ $n }個までです。数を減らしてください。
forms-problem-consent = 「{ $label }」に同意する場合は、チェックを入れてください。
forms-problem-declaration = 「{ $label }」を確認して、チェックを入れてください。
forms-problem-add-entry = { $label }を1件以上入力してください。
forms-problem-more-entries = { $label }は{ $n }件以上必要です。「{ $entry }を追加」を押して入力してください。
forms-problem-fewer-entries = { $label }は{ $n }件までです。件数を減らしてください。
forms-problem-send-again = { $label }をもう一度確認して、「次へ」を押してください。
forms-problem-too-long = { $label }は{ $n }文字以内で入力してください（いまは{ $typed }文字です）。
forms-problem-characters = { $label }に使えない文字（制御文字）が入っています。入力し直してください。
forms-problem-katakana = { $label }はカタカナで入力してください。
forms-problem-digits = { $label }は数字だけで入力してください。
forms-problem-alphanumeric = { $label }は半角の英数字とハイフンで入力してください。
forms-problem-corporate-number = { $label }は13桁の法人番号を入力してください。数字が違っていないか確かめてください。
forms-problem-phone = { $label }は市外局番から入力してください。例：06-1234-5678、090-1234-5678
forms-problem-email = { $label }は「名前@example.jp」の形で入力してください。
forms-problem-number = { $label }は数字で入力してください。例：12
forms-problem-whole-number = { $label }は整数で入力してください。小数は使えません。
forms-problem-places = { $label }は小数第{ $n }位までで入力してください。
forms-problem-yen = { $label }は円の単位で、数字で入力してください。例：1500
forms-problem-at-least = { $label }は{ $n }以上で入力してください。
forms-problem-at-most = { $label }は{ $n }以下で入力してください。
forms-problem-name = { $label }の氏か名を入力してください。
forms-problem-name-kana-missing = { $label }のフリガナを入力してください。
forms-problem-name-kana = { $label }のフリガナはカタカナで入力してください。
forms-problem-name-characters = { $label }が長すぎるか、使えない文字（制御文字）が入っています。100文字以内で入力してください。
forms-problem-date = { $label }は「令和5年4月1日」か「2023-04-01」のように入力してください。
forms-problem-date-part = { $label }は年、月、日をすべて入力してください。
forms-problem-date-numbers = { $label }の年、月、日は数字で入力してください。
forms-problem-date-era = { $label }の元号を選ぶか、西暦の年を4桁で入力してください。
forms-problem-date-missing-day = { $label }の日付は暦にありません。年、月、日を確かめてください。
forms-problem-date-early = { $label }は{ $day }以後の日付を入力してください。
forms-problem-date-late = { $label }は{ $day }以前の日付を入力してください。
forms-problem-postal-missing = { $label }の郵便番号を入力してください。
forms-problem-postal = { $label }の郵便番号は7桁の数字で入力してください。例：564-8550
forms-problem-prefecture = { $label }の都道府県を選んでください。
forms-problem-city = { $label }の市区町村を入力してください。
forms-problem-town = { $label }の町名を入力してください。
forms-problem-address = { $label }は、それぞれ200文字以内で、改行せずに入力してください。
forms-problem-slot = { $label }は空いている時間から選んでください。
forms-problem-place = { $label }は400文字以内で、改行せずに入力してください。
forms-problem-coordinates = { $label }の座標は「34.7594, 135.5168」のように、緯度、経度の順に入力してください。分からないときは空欄にしてください。
forms-problem-bank-code = { $label }の金融機関コードは4桁の数字で入力してください。
forms-problem-branch-code = { $label }の支店コードは3桁の数字で入力してください。
forms-problem-account-kind = { $label }の預金の種類を選んでください。
forms-problem-account-number = { $label }の口座番号は7桁の数字で入力してください。7桁に足りないときは、前に0をつけてください。
forms-problem-yucho = { $label }の記号は5桁、番号は8桁以内で、通帳のとおりに入力してください。
forms-problem-holder = { $label }の口座名義は、通帳のとおりにカタカナで入力してください。漢字は使えません。
forms-problem-holder-long = { $label }の口座名義は30文字以内で入力してください（濁点も1文字と数えます）。長いときは、通帳の表記のとおりに略してください。

# ファイル

forms-file-too-large = 「{ $name }」は大きすぎます。{ $mib }MB以下のファイルを選んでください。
forms-file-empty = 「{ $name }」には中身がありません。ほかのファイルを選んでください。
forms-file-type = 「{ $name }」は受け付けられない種類のファイルです。{ $kinds }のファイルを選んでください。
forms-file-damaged = 「{ $name }」は壊れているか、開けません。ほかのファイルを選んでください。
forms-file-protected = 「{ $name }」にはパスワードがかかっています。パスワードを外してから選んでください。
forms-file-image-large = 「{ $name }」は画像が大きすぎます。縦と横を合わせて小さくしてから選んでください（5,000万画素まで）。
forms-file-virus = 「{ $name }」は受け取れません。ウイルスが見つかりました。別のファイルを送ってください。
forms-file-scan-unavailable = ファイルの安全を確かめられないため、いまは受け取れません。しばらくしてから、もう一度送ってください。入力した内容は残っています。
forms-file-kind-image = 写真・画像（JPEG、PNG、WebP）
forms-file-kind-pdf = PDF
forms-file-kind-sheet = 表（XLSX、CSV）
forms-file-kind-document = 文書（DOCX）

# 式が計算できなかった理由

forms-failure-unanswered = 回答していない項目があるため、計算できません。
forms-failure-wrong-type = 式の結果の種類が違います。条件は真か偽、手数料は整数になるようにしてください。
forms-failure-division-by-zero = 0で割っています。
forms-failure-too-large = 結果が大きすぎます。
forms-failure-does-not-fit = 比べられないもの、計算できないもの（数と文字など）を組み合わせています。
forms-failure-no-such-part = 回答にない部分を参照しています。

# フォームの点検：直さないと公開できないもの

forms-finding-too-many = { $what }が多すぎます。{ $n }までに減らしてください。
forms-finding-no-pages = ページがありません。1ページ以上作ってください。
forms-finding-page-twice = ページのキー「{ $key }」が重なっています。別のキーにしてください。
forms-finding-page-empty = 質問のないページです。質問を加えるか、ページを消してください。
forms-finding-key-twice = キー「{ $key }」は{ $other }でも使われています。別のキーにしてください。
forms-finding-key-reserved = 「{ $key }」は式で別の意味に使う語です。別のキーにしてください。
forms-finding-options = 選択肢がない、多すぎる、または同じ値が重なっています。値の違う選択肢を作ってください。
forms-finding-nobody-passes = どの答えを選んでも先に進めません。進める答えを1つ以上作ってください。
forms-finding-group-in-group = 繰り返しの中に繰り返しは置けません。外に出してください。
forms-finding-slot-in-group = 予約の時間は、繰り返しの中ではたずねられません。外に出してください。
forms-finding-two-slots = 予約の時間は1つのフォームで1つだけです。「{ $other }」とどちらかにしてください。
forms-finding-slot-of-what = どの窓口の時間を予約するのか、施設と対象を決めてください。
forms-finding-slot-days = 予約できる日は、1日先から{ $n }日先までにしてください。
forms-finding-max-length = 文字数の上限は1から{ $n }までにしてください。
forms-finding-day-limit = 日付の範囲「{ $text }」を読めません。「2020-04-01」、「today」、「+30」、「-1」のように書いてください。
forms-finding-range = 下限が上限を超えています。範囲を直してください。
forms-finding-places = 小数は3桁までにしてください。
forms-finding-accept = 受け付けるファイルの種類がありません。1つ以上選んでください。
forms-finding-file-limits = ファイルの大きさは1から{ $mib }MiB、数は1から{ $files }までにしてください。
forms-finding-group-limits = 繰り返しの件数は、下限を上限以下に、上限を1から{ $n }までにし、質問を1つ以上置いてください。
forms-finding-expression-empty = 式が空です。書くか、消してください。
forms-finding-expression-long = 式が長すぎます。{ $n }文字までにして、途中の値は「computed」に分けてください。
forms-finding-expression-deep = 式のかっこが深すぎます。途中の値を「computed」に分けてください。
forms-finding-expression-parts = 式の部品が多すぎます。{ $n }までにして、途中の値は「computed」に分けてください。
forms-finding-expression-loops = all、exists、map、filterは2重までです。
forms-finding-expression-strange = この式は使えない書き方をしています。
forms-finding-expression-unreadable = 式「{ $expression }」は、{ $column }文字目から先を読めません。かっこや引用符が閉じているか、記号（==、&&、||など）の綴りが正しいかを確かめてください（英語の説明：{ $reason }）。
forms-finding-unknown-function = 関数「{ $name }」はありません。使えるのは { $known } です。
forms-finding-pattern = matchesのパターンは、200文字以内の正規表現を引用符の中に直接書いてください。
forms-finding-unknown-name = 式にある「{ $name }」という項目はありません。キーの綴りを確かめてください。
forms-finding-before-name = 「{ $name }」は始める前の質問です。答えを残さないので、式には使えません。フォームの中でたずねてください。
forms-finding-inside-group = 「{ $name }」は繰り返し「{ $group }」の中の項目です。外からは「{ $group }.exists(x, x.{ $name } == …)」のように書いてください。
forms-finding-unknown-field = 点検の項目「{ $name }」がありません。フォームにある項目のキーにしてください。
forms-finding-circle = 表示の条件や計算が互いを待っています（{ $circle }）。どれかの条件から外してください。
forms-finding-later = 表示の条件が、あとでたずねる「{ $name }」を使っています。「{ $name }」を前のページに移してください。
forms-finding-unknown-option = 式が「{ $name }」を「{ $value }」と比べていますが、その選択肢はありません。この条件は決して成り立ちません。選択肢の値に合わせてください。
forms-finding-fails = すべて回答しても、この式は計算できません。{ $reason }
forms-finding-text-missing = 文言が空です。日本語を書いてください。

# フォームの点検：見直したほうがよいもの

forms-finding-easy-missing = 「{ $text }」にやさしい日本語（easy）がありません。
forms-finding-english-missing = 「{ $text }」に英語（en）がありません。
forms-finding-hard-word = 「{ $word }」は住民に伝わりにくい語です。「{ $plain }」などに言い換えてください。
forms-finding-long-sentence = 「{ $text }」の文が{ $n }文字を超えています。2つに分けてください。
forms-finding-no-reading = やさしい日本語の「{ $word }」に読みがなをつけてください。
forms-finding-asked-twice = 「{ $label }」は「{ $other }」でもたずねています。1つにまとめてください。
forms-finding-no-purpose = 「{ $label }」は個人情報です。何のために必要か（purpose）を書いてください。
forms-finding-individual-number = 個人番号（マイナンバー）は、このフォームでは集められません。質問を外してください。

# 入力欄

forms-longest = { $n }文字まで入力できます。
forms-yen = 円
forms-i-agree = 同意します
forms-i-declare = 上の内容に間違いありません
forms-family = 氏（姓）
forms-given = 名
forms-family-kana = 氏（姓）のフリガナ
forms-given-kana = 名のフリガナ
forms-postal-code = 郵便番号
forms-look-up = 住所を入れる
forms-look-up-code = 郵便番号を7桁の数字で入力してから、「住所を入れる」を押してください。
forms-look-up-unknown = この郵便番号の住所は見つかりませんでした。このまま住所を入力してください。
forms-look-up-filled = 住所を入れました。続けて番地を入力してください。
forms-look-up-filled-city = 市区町村まで入れました。続けて町名と番地を入力してください。
forms-look-up-several = この郵便番号の住所は{ $n }つあります。当てはまるものを選んでください。
forms-prefecture = 都道府県
forms-city = 市区町村
forms-town = 町名・丁目
forms-block = 番地・号
forms-building = 建物名・部屋番号（あれば）
forms-slot = { $day } { $from }〜{ $to }
forms-slot-day = { $day }（{ $weekday }）
forms-slot-time = { $from }〜{ $to }
forms-slot-free = （空き{ $n }）
forms-slot-none = いま予約できる時間がありません。しばらくしてからもう一度開くか、担当課にお問い合わせください。
forms-slot-later = 申請のときに、空いている時間から選びます。
forms-weekday-1 = 月
forms-weekday-2 = 火
forms-weekday-3 = 水
forms-weekday-4 = 木
forms-weekday-5 = 金
forms-weekday-6 = 土
forms-weekday-7 = 日
forms-place-description = 住所や目印
forms-place-coordinates = 緯度・経度（分かれば）
forms-place-coordinates-hint = 例：34.7594, 135.5168
forms-position = この端末の位置を使う
forms-position-waiting = 位置を調べています。
forms-position-found = この端末の位置を入れました。住所や目印だけでもかまいません。
forms-position-refused = 位置を使うことが許可されていません。住所や目印を入力してください。
forms-position-failed = 位置が分かりませんでした。住所や目印を入力してください。
forms-place-map = 場所を選ぶ地図
forms-place-map-shown = 場所の地図
forms-place-elsewhere = 地理院地図で開く（国土地理院のサイト）
forms-era = 元号または西暦
forms-western = 西暦
forms-date-hint = 例：令和5年4月1日、2023年4月1日
forms-bank-code = 金融機関コード
forms-bank-code-hint = 4桁の数字です。通帳、キャッシュカード、銀行のホームページで確かめられます。
forms-branch-code = 支店コード（3桁）
forms-account-kind = 預金の種類
forms-account-ordinary = 普通
forms-account-current = 当座
forms-account-savings = 貯蓄
forms-account-number = 口座番号
forms-account-number-hint = 7桁の数字です。足りないときは、前に0をつけてください。
forms-holder = 口座名義（カタカナ）
forms-holder-hint = 通帳の表紙の裏にあるカタカナのとおりに入力してください。例：スイタ ハナコ
forms-yucho = ゆうちょ銀行の記号・番号で入力する
forms-yucho-hint = 上の金融機関コード、支店コード、口座番号は空欄にしてください。
forms-yucho-symbol = 記号（5桁）
forms-yucho-number = 番号（8桁以内）
forms-sent-files = 送ったファイル
forms-remove-file = 「{ $name }」を取り消す
forms-entry = { $entry } { $n }
forms-entry-label = { $entry }：{ $label }
forms-add-entry = { $entry }を追加
forms-remove-entry = { $entry } { $n }を削除

# 回答の一覧

forms-not-answered = （未記入）
forms-change = { $page }を直す
forms-computed = 計算した値
forms-fees = 手数料
forms-fees-total = 合計
forms-amount = { $n }円
forms-account = 金融機関コード { $bank }、支店コード { $branch }、{ $kind } { $number }、{ $holder }
forms-find-place = 住所から位置を調べる
forms-find-place-words = 住所を入力してから、「住所から位置を調べる」を押してください。
forms-find-place-none = その住所は見つかりませんでした。目印の説明だけでも進めます。
forms-find-place-filled = 住所の位置（緯度と経度）を入れました。
forms-find-place-several = 近い住所が見つかりました。当てはまるものがあれば選んでください。
