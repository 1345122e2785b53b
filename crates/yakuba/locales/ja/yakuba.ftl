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
