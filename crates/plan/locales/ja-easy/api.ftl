# データを もらう（API）
api-title = データを もらう（API）
api-description = 市（し）の 計画（けいかく）の 数（かず）を、プログラムで もらうことが できます。だれでも つかえます。
api-choose-heading = ためす ものを えらぶ
api-choose = これに する
api-send = おくって 結果（けっか）を 見（み）る
api-feed-title = { $title }の あたらしい お知（し）らせ
api-feed-version = あたらしい 計画（けいかく）を だしました（第（だい）{ $version }版（はん））
api-feed-missed = めざす 数（かず）に とどかなかった もの：{ $count }（第（だい）{ $version }版（はん））
api-feed-corrected = 数（かず）を なおしました：{ $count }（第（だい）{ $version }版（はん））
api-table-figures = デジタルの 計画（けいかく）の 数字（すうじ）
api-table-figures-about = 市（し）の 計画（けいかく）の 目標（もくひょう）と、できた 数（かず）です。毎晩（まいばん） 作（つく）ります。
