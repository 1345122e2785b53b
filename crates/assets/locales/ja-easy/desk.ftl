desk-menu-assets = 設備と機器
desk-menu-broker = MQTTの接続先
