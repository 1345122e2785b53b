waiting-title = キャンセル待（ま）ち
waiting-lead = 空（あ）いたら、申（もう）しこんだ順番（じゅんばん）に メールで 知（し）らせます。
waiting-who = メールアドレスか アカウントが いります。
waiting-none = キャンセル待（ま）ちは ありません。
waiting-new-title = キャンセル待（ま）ちを 申（もう）しこむ
waiting-rule-order = 申（もう）しこんだ順番（じゅんばん）です。
waiting-rule-offer = 空（あ）いたら、あなたのために とっておきます。いつまでに 返事（へんじ）をするか、メールで 知（し）らせます。
waiting-rule-nobody = 返事（へんじ）が ないと、次（つぎ）の人（ひと）に なります。
waiting-join = 申（もう）しこむ
waiting-accept = この時間（じかん）を 予約（よやく）する
waiting-decline = 使（つか）わない
waiting-leave = 待（ま）つのを やめる
waiting-state-waiting = 待（ま）っています。前（まえ）に { $n }人（にん） います。
waiting-state-offered = 空（あ）きました。{ $until }まで とっておきます。
waiting-state-taken = 予約（よやく）しました
waiting-state-declined = 使（つか）いません
waiting-state-lapsed = 時間（じかん）が すぎました。次（つぎ）の人（ひと）に なりました
waiting-state-left = 待（ま）つのを やめました
waiting-state-over = 空（あ）きませんでした
waiting-error-free = いま 空（あ）いています。予約（よやく）してください。
waiting-error-full = キャンセル待（ま）ちは { $n }人（にん）までです。いっぱいです。
waiting-done-joined = 申（もう）しこみました。空（あ）いたら メールで 知（し）らせます。
waiting-done-taken = 予約（よやく）しました。番号（ばんごう）は メールで 送（おく）りました。
waiting-done-left = やめました。
waiting-mail-subject = 空（あ）きました（キャンセル待（ま）ち）
waiting-mail =
    空（あ）きました。あなたのために とってあります。

    場所（ばしょ） { $what }
    日（ひ）と時間（じかん） { $when }
    いつまで { $until }

    市（し）のサイトの「キャンセル待（ま）ち」で 予約（よやく）してください。
    電話（でんわ） { $phone }
