# 見本の市
yakuba-demo-ribbon = これは見本の市です。架空の市なので、自由に試してください。
# うまくいかなかったとき
yakuba-problem-detail = くわしい内容
# ページの下
yakuba-footer-api = APIの説明
yakuba-desk = 業務
yakuba-menu-plans = 計画
yakuba-menu-compare = 市の比較
yakuba-menu-search = 検索
yakuba-resident = ログイン中
yakuba-resident-account = マイページ
yakuba-resident-cases = 申請の状況
# 混み合っているとき
waiting-room-language = 言語
waiting-room-title = 混み合っています
waiting-room-ahead = { $n ->
    [0] 次があなたの順番です。
   *[other] あなたの前に{ $n }人がお待ちです。
  }
waiting-room-before = 受付は{ $time }に始まります。
waiting-room-minutes = 入れるまで、およそ{ $low }〜{ $high }分です。
waiting-room-unknown = 入れるまでの時間は、まだ分かりません。
waiting-room-fair = 来た順にご案内します。受付が始まる前から待っている方は、始まるときに抽選で順番を決めます。読み込み直しても、順番は早くも遅くもなりません。
waiting-room-keep = この画面を開いたままお待ちください。順番が来ると、ひとりでに次の画面に進みます。
waiting-room-other = 窓口と電話でも受け付けています。
# 市の入口
front-title = { $city }のオンライン窓口
front-title-nameless = オンライン窓口
front-search-label = 手続、施設、計画などをさがす
front-description = 手続、予約、アンケートなどを、いつでもどこからでも。計画の進み具合も確かめられます。
front-offers = できること
yakuba-too-many-megabytes = 一度に送れるのは{ $most }MBまでです。ファイルを小さくするか、何回かに分けて送ってください。入力した文字は残っていません。
