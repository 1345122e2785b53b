points-rule-late = おそく 取（と）り消（け）すと、{ $n }点（てん）つきます。
points-rule-absent = 来（こ）ないと、{ $n }点（てん）つきます。
points-rule-blocked = { $points }点（てん）になると、{ $days }日（にち） 予約（よやく）できません。点（てん）は { $lapse }日（にち）で 消（き）えます。
points-cancel = いま取（と）り消（け）すと、{ $points }点（てん）ついて、{ $after }点（てん）になります。{ $most }点（てん）になると { $days }日（にち） 予約（よやく）できません。
points-cancel-blocks = いま取（と）り消（け）すと、{ $points }点（てん）ついて、{ $after }点（てん）になります（{ $most }点（てん）まで）。今日（きょう）から { $days }日（にち） 予約（よやく）できません。
points-standing = { $name }の点（てん）は、いま{ $points }点（てん）です。
points-standing-blocked = { $name }は、{ $day }から 予約（よやく）できます。
