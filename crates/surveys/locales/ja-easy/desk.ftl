desk-menu-surveys = アンケート
