# 見本の市
yakuba-demo-ribbon = これは見本（みほん）の市（し）です。本当（ほんとう）の市（し）ではありません。自由（じゆう）に使（つか）ってください。
# うまくいかなかったとき
yakuba-problem-detail = くわしいこと
# ページの下
yakuba-footer-api = API（ほかのシステムのための説明（せつめい））
yakuba-desk = 仕事（しごと）
yakuba-menu-plans = 計画（けいかく）
yakuba-menu-compare = ほかの市（し）とくらべる
yakuba-menu-search = さがす
yakuba-resident = ログインしています
yakuba-resident-account = わたしの ページ
yakuba-resident-cases = 申請（しんせい）の ようす
waiting-room-language = ことば
waiting-room-title = いま とても 混（こ）んでいます
waiting-room-ahead = { $n ->
    [0] 次（つぎ）が あなたの 順番（じゅんばん）です。
   *[other] あなたの 前（まえ）に { $n }人（にん）が 待（ま）っています。
  }
waiting-room-before = { $time }から 始（はじ）まります。
waiting-room-minutes = だいたい { $low }分（ふん）から { $high }分（ふん）で 入（はい）れます。
waiting-room-unknown = 何分（なんぷん）で 入（はい）れるか、まだ 分（わ）かりません。
waiting-room-fair = 来（き）た 順番（じゅんばん）に 入（はい）れます。始（はじ）まる 前（まえ）から 待（ま）っている 人（ひと）の 順番（じゅんばん）は、始（はじ）まるときに くじで 決（き）めます。もう 一度（いちど） 開（ひら）いても、順番（じゅんばん）は 同（おな）じです。
waiting-room-keep = この 画面（がめん）を 開（ひら）いたまま 待（ま）ってください。順番（じゅんばん）に なると、次（つぎ）の 画面（がめん）に なります。
waiting-room-other = 窓口（まどぐち）と 電話（でんわ）でも できます。
# 市の入口
front-title = { $city }の インターネットの 窓口（まどぐち）
front-title-nameless = インターネットの 窓口（まどぐち）
front-search-label = 手続（てつづ）き、施設（しせつ）、計画（けいかく）を さがす
front-description = 手続（てつづ）きや 予約（よやく）が いつでも できます。
front-offers = できること
yakuba-too-many-megabytes = 1回（かい）に { $most }MBまで 送（おく）る ことが できます。小（ちい）さい ファイルに して ください。
