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
