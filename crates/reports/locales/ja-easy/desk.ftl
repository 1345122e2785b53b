desk-menu-reports = まちの通報
