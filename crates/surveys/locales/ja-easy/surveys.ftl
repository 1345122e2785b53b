surveys-menu = アンケート
