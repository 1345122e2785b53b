desk-menu-assets = 設備と機器
