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
