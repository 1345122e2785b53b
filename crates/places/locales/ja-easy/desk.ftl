desk-menu-data = オープンデータ
