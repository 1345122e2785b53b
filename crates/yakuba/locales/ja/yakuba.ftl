# 見本の市
yakuba-demo-ribbon = これは見本の市です。架空の市なので、自由に試してください。
# うまくいかなかったとき
yakuba-problem-detail = くわしい内容
# ページの下
yakuba-footer-api = APIの説明
yakuba-desk = 業務
