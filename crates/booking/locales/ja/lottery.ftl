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
