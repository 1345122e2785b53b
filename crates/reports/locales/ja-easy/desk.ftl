desk-menu-reports = まちの通報
desk-menu-triage = 災害の通報
