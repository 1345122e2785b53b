series-title = Repeated bookings
series-lead = Times that you booked again and again at once.
series-none = You have none. Begin on the page of a room.
series-to-search = Look for free times
series-new-title = Book again and again
series-when-title = When
series-pattern = How often
series-pattern-weekly = Every week
series-pattern-weekly-support = Example: every Tuesday
series-pattern-fortnightly = Every two weeks
series-pattern-fortnightly-support = Example: every other Tuesday
series-pattern-monthly = Every month, on the same weekday
series-pattern-monthly-support = Example: the second Tuesday, when the first day is one
series-first = First day
series-last = Until
series-from = From
series-to = To
series-to-check = Look all days over
series-check-title = Check the repeated booking
series-check-lead = Nothing is booked yet. Look each day over and press the button below.
series-days-title = Days
series-failing = Days that cannot be booked: { $n }
series-day-free = Can be booked
series-day-closed = Closed, or not offered
series-day-early = Booking has not begun
series-day-late = Booking has ended
series-day-limit = Over the limit
series-day-taken = Taken
series-mode = If somebody else takes one of these days meanwhile
series-mode-possible = Give up that day and book the others
series-mode-all = Book none of them
series-send = Book these days ({ $n })
series-nothing = None of the days can be booked. Choose other days or times.
series-error-backwards = It must end after it begins.
series-error-no-days = No day falls into this time. Choose a later end.
series-error-nothing = Nothing was booked. { $reason }
series-one-title = A repeated booking
series-when = { $pattern }, from { $first }, { $times }
series-cancel-title = Cancel the rest
series-cancel-lead = Cancels the { $n } days still to come. To cancel one day only, open it.
series-cancel-loses = Cancelling now costs { $amount } and { $points } penalty points in all.
series-cancel = Cancel all that is left
series-done-booked = Booked. The numbers were sent by mail.
series-done-cancelled = What was left was cancelled.
series-mail-subject = Your repeated booking
series-mail-line = { $when }, number { $number }
series-mail =
    Your repeated booking was received.

    Place: { $what }

    { $days }

    See or cancel it on the page "Repeated bookings".
    Questions: { $phone }
series-mail-by-number =
    Your series is booked.

    Place: { $what }

    { $days }

    Each day can be looked at and cancelled by its reservation number.
    Questions: { $phone }
