# 職員の画面は、やさしい日本語では日本語のまま。
# 申し込んだ人に送るメールは、やさしい日本語で。
desk-mail-entered-subject = 予約（よやく）を うけつけました
desk-mail-entered =
    予約（よやく）を うけつけました。

    ところ　{ $what }
    時間（じかん）　{ $when }
    お金（おかね）　{ $fee }
    予約（よやく）の 番号（ばんごう）　{ $number }
    { $said }
    電話（でんわ）　{ $phone }
desk-mail-approved-subject = 予約（よやく）が きまりました
desk-mail-approved =
    予約（よやく）が きまりました。

    ところ　{ $what }
    時間（じかん）　{ $when }
    お金（おかね）　{ $fee }
    予約（よやく）の 番号（ばんごう）　{ $number }
    { $said }
    電話（でんわ）　{ $phone }
desk-mail-refused-subject = 予約（よやく）できませんでした
desk-mail-refused =
    次（つぎ）の 予約（よやく）は できませんでした。

    ところ　{ $what }
    時間（じかん）　{ $when }
    予約（よやく）の 番号（ばんごう）　{ $number }
    理由（りゆう）　{ $said }

    お金（おかね）（{ $fee }）は いりません。もう 払（はら）った お金（おかね）は 返（かえ）します。
    電話（でんわ）　{ $phone }
desk-mail-cancelled-subject = 予約（よやく）を やめました
desk-mail-cancelled =
    市役所（しやくしょ）が 次（つぎ）の 予約（よやく）を やめました。

    ところ　{ $what }
    時間（じかん）　{ $when }
    お金（おかね）　{ $fee }
    予約（よやく）の 番号（ばんごう）　{ $number }
    { $said }
    電話（でんわ）　{ $phone }
desk-mail-days-cancelled =
    くりかえしの 予約（よやく）の うち、次（つぎ）の 日（ひ）を やめました。

    ところ　{ $what }

    { $days }

    { $said }
    電話（でんわ）　{ $phone }
desk-mail-moved-subject = 予約（よやく）の 時間（じかん）か ところが かわりました
desk-mail-moved =
    予約（よやく）の 時間（じかん）か ところが かわりました。いまは 次（つぎ）の とおりです。

    ところ　{ $what }
    時間（じかん）　{ $when }
    お金（おかね）　{ $fee }
    予約（よやく）の 番号（ばんごう）　{ $number }
    { $said }
    電話（でんわ）　{ $phone }
desk-mail-displaced-subject = 予約（よやく）を やめました（市役所（しやくしょ）が 使（つか）います）
desk-mail-displaced =
    市役所（しやくしょ）が 使（つか）うので、次（つぎ）の 予約（よやく）を やめました。ごめんなさい。

    ところ　{ $what }
    時間（じかん）　{ $when }
    予約（よやく）の 番号（ばんごう）　{ $number }
    理由（りゆう）　{ $said }

    お金（おかね）（{ $fee }）は ぜんぶ 返（かえ）します。
    電話（でんわ）　{ $phone }
desk-mail-closed-subject = 予約（よやく）を やめました（お休（やす）みに なります）
desk-mail-closed =
    お休（やす）みに なるので、次（つぎ）の 予約（よやく）を やめました。ごめんなさい。

    ところ　{ $what }
    時間（じかん）　{ $when }
    予約（よやく）の 番号（ばんごう）　{ $number }
    理由（りゆう）　{ $said }

    お金（おかね）（{ $fee }）は ぜんぶ 返（かえ）します。
    電話（でんわ）　{ $phone }
desk-mail-displaced-session-subject = 教室（きょうしつ）の 1回（かい）を やめます（市役所（しやくしょ）が 使（つか）います）
desk-mail-displaced-session =
    市役所（しやくしょ）が 使（つか）うので、教室（きょうしつ）の 次（つぎ）の 日（ひ）を やめます。ごめんなさい。

    教室（きょうしつ）　{ $what }
    やめる日（ひ）　{ $when }
    予約（よやく）の 番号（ばんごう）　{ $number }
    理由（りゆう）　{ $said }

    ほかの 日（ひ）は いつもの とおり 来（き）て ください。
    電話（でんわ）　{ $phone }
desk-mail-closed-session-subject = 教室（きょうしつ）の 1回（かい）を やめます（お休（やす）みに なります）
desk-mail-closed-session =
    お休（やす）みに なるので、教室（きょうしつ）の 次（つぎ）の 日（ひ）を やめます。ごめんなさい。

    教室（きょうしつ）　{ $what }
    やめる日（ひ）　{ $when }
    予約（よやく）の 番号（ばんごう）　{ $number }
    理由（りゆう）　{ $said }

    ほかの 日（ひ）は いつもの とおり 来（き）て ください。
    電話（でんわ）　{ $phone }
