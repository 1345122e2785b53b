# The life-event navigator.
navigator-title = Guide to life events
navigator-lead = Choose an event and answer a few questions to see everything that has to be done.
navigator-back-to-plan = Back to your list
navigator-empty = There are no events to guide you through at present.
navigator-all = Find a procedure by its name
navigator-done-none = Your list is no longer kept. Please choose an event.
navigator-done-left = Your answers were removed.
navigator-done-filled = What you entered was put into the procedures you chose. Please go on with each of them.
navigator-questions-lead = Tell us what applies. You may leave anything open.
navigator-which = What applies
navigator-which-support = Choose as many as you like.
navigator-day-example = For example 2026, 11, 20.
navigator-day-wrong = Enter a date, or leave all three open.
navigator-kept = Your answers are kept for 30 days for this device. We do not ask for your name here.
navigator-show = Show the procedures
navigator-plan-title = What has to be done
navigator-plan-lead = { $n ->
    [one] There is one procedure.
   *[other] There are { $n } procedures, best done from the top.
}
navigator-plan-empty = Nothing has to be done after your answers.
navigator-way = How
navigator-way-online = Online
navigator-way-both = Fill it in online, then come to the counter
navigator-way-counter = At the counter
navigator-deadline = Time limit
navigator-deadline-law = { $text } ({ $law })
navigator-deadline-day = About { $day }
navigator-deadline-unsure = Please ask the department for the exact time limit.
navigator-bring = What you need
navigator-where = Department
navigator-phone = Telephone { $phone }
navigator-sent = You have applied. See the receipt number
navigator-go-on = Go on
navigator-together = Fill in together
navigator-choose = Procedures to fill in together
navigator-choose-support = What they all ask, such as name and address, is asked once.
navigator-choose-missing = Choose at least one procedure.
navigator-fill = Fill in together
navigator-fill-title = Asked once
navigator-fill-page = About you
navigator-fill-lead = These procedures ask the same. You may leave open what you do not know.
navigator-fill-save = Put into the procedures
navigator-visit-title = Plan of your visit
navigator-visit-link = See the counters in order and what to bring (can be printed)
navigator-visit-lead = { $n ->
    [one] You go to one counter.
   *[other] You go to { $n } counters. This order is the shortest way.
}
navigator-visit-none = No visit is needed.
navigator-visit-bring = What to bring
navigator-visit-home = What you can do at home
navigator-visit-print = This page can be printed.
navigator-change = Change your answers
navigator-leave = Remove my answers
navigator-leave-text = Remove them when others use this device, too. Applications you have begun are kept.
