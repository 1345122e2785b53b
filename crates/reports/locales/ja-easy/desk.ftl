desk-menu-reports = まちの通報（つうほう）
desk-menu-triage = 災害（さいがい）の通報（つうほう）
