desk-menu-data = オープンデータ
desk-menu-map = 地図（ちず）
