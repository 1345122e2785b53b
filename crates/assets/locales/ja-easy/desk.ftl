desk-menu-assets = 設備（せつび）と機器（きき）
desk-menu-broker = MQTTの接続先（せつぞくさき）
