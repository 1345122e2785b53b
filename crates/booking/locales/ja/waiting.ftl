waiting-title = キャンセル待ち
waiting-lead = 空きが出ると、申し込んだ順に1人ずつ、メールでお知らせします。
waiting-who = キャンセル待ちには、メールアドレスの確認か、利用者アカウントへのログインが必要です。
waiting-none = キャンセル待ちの申込みはありません。
waiting-new-title = キャンセル待ちの申込み
waiting-rule-order = 申し込んだ順に待ちます。早く操作した人が優先されることはありません。
waiting-rule-offer = 空きが出ると、あなたのために時間を確保して、メールで期限をお知らせします。
waiting-rule-nobody = 期限までに申し込まないと、次の方に移ります。
waiting-join = キャンセル待ちに申し込む
waiting-accept = この時間を予約する
waiting-decline = 使わない（次の方にゆずる）
waiting-leave = キャンセル待ちをやめる
waiting-state-waiting = 待っています。前に{ $n }人います。
waiting-state-offered = 空きが出ました。{ $until }まで、あなたのために確保しています。
waiting-state-taken = 予約しました
waiting-state-declined = 使わないことにしました
waiting-state-lapsed = 期限までに申込みがなかったため、次の方に移りました
waiting-state-left = キャンセル待ちをやめました
waiting-state-over = 空きが出ないまま、使う日が過ぎました
waiting-error-free = この時間は、いま空いています。そのまま予約してください。
waiting-error-full = キャンセル待ちは{ $n }人までです。いま、いっぱいです。
waiting-done-joined = キャンセル待ちに申し込みました。空きが出たらメールでお知らせします。
waiting-done-taken = 予約しました。予約番号はメールでお送りしました。
waiting-done-left = 取りやめました。
waiting-mail-subject = 空きが出ました（キャンセル待ち）
waiting-mail =
    キャンセル待ちの時間に空きが出ました。あなたのために確保しています。

    場所　{ $what }
    日時　{ $when }
    期限　{ $until }

    市のサイトの「キャンセル待ち」で、期限までに予約してください。
    期限を過ぎると、次の方に移ります。
    お問い合わせ　{ $phone }
