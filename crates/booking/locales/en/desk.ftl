desk-home = Desk
desk-title = Reservations
desk-waiting = Waiting for your agreement
desk-today = Today
desk-nothing-today = Nothing is booked today.
desk-given-up = Given up today
desk-places = Facilities
desk-count-today = { $n } today
desk-own = City’s own use
desk-own-title = What for
desk-closed = Closed
desk-column-time = Time
desk-column-when = When
desk-column-what = Where
desk-column-resource = Room or field
desk-column-who = Booked by
desk-column-purpose = Purpose
desk-column-people = People
desk-column-state = State
desk-column-came = Action
desk-column-taken = Booked
desk-column-free = Free
desk-column-at = When
desk-column-happened = What
desk-column-by = By
desk-column-way = Where it was seen
desk-step-approve = Agree
desk-step-refuse = Decline
desk-step-cancel = Cancel
desk-step-check-in = They came
desk-step-absent = Nobody came
desk-step-take-back = Take that back
desk-plan = Plan
desk-plan-lead = Choose a booked time to open it. Choose a free time to enter a reservation for somebody who rings or comes.
desk-plan-day = One day
desk-plan-week = One week
desk-day = Day
desk-show = Show
desk-free-times = { $n } free
desk-left = { $n } left
desk-not-open = Closed
desk-official = Use it for the city
desk-closures = Closures
desk-reservation = Reservation
desk-steps = What to do
desk-because = Reason or message
desk-because-support = Sent by mail with your decision. Needed when you decline.
desk-waive-label = Cancellation fee
desk-waive = Do not charge the cancellation fee ({ $amount })
desk-contact = Who booked
desk-fee = Fee
desk-total = Total
desk-agreed = Reductions
desk-agree = Agree to these reductions
desk-paid = Paid
desk-paid-nothing = Nothing yet
desk-to-give-back = To be given back
desk-pay = { $amount } was paid
desk-give-back = { $amount } was given back
desk-unpay = Take back the note of payment
desk-record = Application
desk-record-number = Case { $number }
desk-because-record = Kept in the history. A mail asks the applicant to look at the application; write the reason from the page of the case.
desk-channel = How it came in
desk-channel-online = Web
desk-channel-counter = Counter
desk-channel-phone = Telephone
desk-channel-other = Other
desk-made-at = Received
desk-gave-way = Reservations that gave way to this
desk-gave-way-to = Gave way to
desk-closure = Closure
desk-closure-show = Show the closure
desk-notes = Notes
desk-note = Note
desk-note-support = Only staff see it
desk-note-add = Add the note
desk-permit-download = Permit (PDF)
desk-course-download = Notice of your place in the course (PDF)
desk-appointment-download = Appointment slip (PDF)
desk-history = History
desk-by-program = The system
desk-by-holder = Whoever booked
desk-happened-booked = Received
desk-happened-step = Became “{ $state }”
desk-happened-moved = Moved (before: { $before })
desk-happened-agreed = Fee changed ({ $from } → { $to })
desk-happened-paid = Payment noted ({ $from } → { $to })
desk-happened-displaced = Gave way to the city’s own use
desk-happened-closed = Gave way to a closure
desk-happened-note = Note
desk-looks = Who saw the name
desk-looks-lead = Members of staff who saw the name or how to reach this person.
desk-look-page = The reservation
desk-look-list = Today’s list
desk-look-file = A file
desk-look-permit = The permit, notice of a course or appointment slip
desk-enter = Enter a reservation
desk-enter-send = Book this
desk-email-support = The number is sent there
desk-group = Registered group
desk-group-none = No group
desk-repeat = How often
desk-repeat-once = Once
desk-repeat-last-support = Only for a time that comes again. All days are shown before anything is booked
desk-repeat-back = Back to the table of free times
desk-series = Series
desk-series-days = Days
desk-series-show = Open
desk-series-later = Cancel this day and all later ones
desk-series-from = Cancel from this day on
desk-series-cancel-title = Cancel several days
desk-series-cancel-other = Begin on another day
desk-series-cancel-check = Show the days to be cancelled
desk-series-cancel-lead = Reservations to be cancelled, on the following days: { $n }
desk-series-cancel = Cancel these reservations
desk-terms = How it is used
desk-takes-admission = Visitors pay admission
desk-is-commercial = For business
desk-move = Move it
desk-move-now = It is at
desk-move-to = New time
desk-move-send = Move it there
desk-move-support = The fee is computed anew. Whoever booked gets a mail.
desk-move-nothing = Nothing is free on this day. Choose another day or room.
desk-length = How long
desk-minutes = { $n } minutes
desk-refunds = To be given back
desk-refunds-count = { $n } waiting
desk-refunds-none = Nothing has to be given back.
desk-refunds-total = { $amount } in all
desk-refunds-file = Write names and addresses to a CSV file
desk-file-support = It is recorded that you saw them.
desk-given-back = Given back
desk-problem-taken = This time is not free. Choose another one.
desk-problem-not-offered = It cannot be booked at this time.
desk-problem-too-early = This day cannot be booked yet.
desk-problem-too-late = This time can no longer be changed.
desk-problem-limit = This person has as many reservations as are allowed ({ $n }).
desk-problem-people = It holds { $n } people.
desk-problem-purpose = It cannot be used for this purpose.
desk-problem-who = This person cannot book this.
desk-problem-count = Enter a number from 1 to { $n }.
desk-problem-count-taken = So many cannot be had: some are in use or closed. Take fewer, or another time.
desk-problem-group-too-small = This group has too few members, or too few of them in the city, to book this.
desk-problem-blocked = Because of penalty points, booking is possible again from { $day }.
desk-problem-repeat-last = Enter a last day that leaves room for a second time.
desk-problem-state = This cannot be done now. Look at the present state.
desk-problem-changed = Somebody else was quicker. Look again.
desk-problem-fee = No row of the fee table fits. Check how the facility is set up.
desk-problem-booked = This change would leave { $n } coming reservations without a place. Move or cancel them first.
desk-problem-must = { $n } things must be mended.
desk-problem-key = The key may hold letters a–z, digits and hyphens, at most 50, and must not be the name of a page.
desk-problem-yaml = The file cannot be read. { $cause }
desk-problem-because = Say why.
desk-problem-empty = Write something.
desk-problem-email = This is no mail address.
desk-problem-choose = Choose a time.
desk-done-approved = Agreed.
desk-done-refused = Declined.
desk-done-cancelled = Cancelled.
desk-done-came = Noted that they came.
desk-done-absent = Noted that nobody came.
desk-done-taken-back = Taken back.
desk-done-agreed = The reductions hold and the fee is computed anew.
desk-done-paid = The payment is noted.
desk-done-given-back = Noted that it was given back.
desk-done-unpaid = The note of payment is taken back.
desk-done-noted = The note is kept.
desk-done-entered = Booked. Tell them the number.
desk-done-series-entered = The series is booked. Tell the person which days could not be booked.
desk-done-series-cancelled = The days were cancelled.
desk-done-moved = Moved.
desk-mail-entered-subject = Your reservation
desk-mail-entered =
    We have taken your reservation.

    { $what }
    { $when }
    Fee: { $fee }
    Number: { $number }
    { $said }
    Questions: { $phone }
desk-mail-approved-subject = Your reservation is confirmed
desk-mail-approved =
    Your reservation is confirmed.

    { $what }
    { $when }
    Fee: { $fee }
    Number: { $number }
    { $said }
    Questions: { $phone }
desk-mail-refused-subject = We could not confirm your reservation
desk-mail-refused =
    We could not confirm this reservation.

    { $what }
    { $when }
    Number: { $number }
    Why: { $said }

    The fee ({ $fee }) is not charged; what you have paid is given back.
    Questions: { $phone }
desk-mail-cancelled-subject = Your reservation was cancelled
desk-mail-cancelled =
    We have cancelled this reservation.

    { $what }
    { $when }
    Fee: { $fee }
    Number: { $number }
    { $said }
    Questions: { $phone }
desk-mail-days-cancelled =
    These days of your series were cancelled.

    Place: { $what }

    { $days }

    { $said }
    Questions: { $phone }
desk-mail-moved-subject = Your reservation was moved
desk-mail-moved =
    Your reservation was moved. It is now:

    { $what }
    { $when }
    Fee: { $fee }
    Number: { $number }
    { $said }
    Questions: { $phone }
desk-mail-displaced-subject = Your reservation was cancelled (the city needs the place)
desk-mail-displaced =
    The city needs the place itself and had to cancel this reservation. We are sorry.

    { $what }
    { $when }
    Number: { $number }
    Why: { $said }

    The fee ({ $fee }) is given back in full. There is no cancellation fee.
    Questions: { $phone }
desk-mail-closed-subject = Your reservation was cancelled (closed)
desk-mail-closed =
    The place is closed and we had to cancel this reservation. We are sorry.

    { $what }
    { $when }
    Number: { $number }
    Why: { $said }

    The fee ({ $fee }) is given back in full. There is no cancellation fee.
    Questions: { $phone }
desk-mail-displaced-session-subject = A session of your course is called off (the city needs the place)
desk-mail-displaced-session =
    The city needs the place itself and had to call off this session of your course. We are sorry.

    { $what }
    Called off: { $when }
    Number: { $number }
    Why: { $said }

    You can come to all sessions that are not called off as before.
    Questions: { $phone }
desk-mail-closed-session-subject = A session of your course is called off (closed)
desk-mail-closed-session =
    The place is closed and we had to call off this session of your course. We are sorry.

    { $what }
    Called off: { $when }
    Number: { $number }
    Why: { $said }

    You can come to all sessions that are not called off as before.
    Questions: { $phone }
desk-course-sessions = Who came to each session
desk-course-number = session { $n }
desk-official-lead = The city can use a time although somebody has booked it. Look at what would be cancelled before you decide.
desk-from = From
desk-to = To
desk-own-title-support = It is in the mail to those who give way. Such as: polling station
desk-official-check = Show what would be cancelled
desk-official-count = { $n } reservations would be cancelled.
desk-official-how-many = How many
desk-official-how-many-support = Only for equipment or places of which there are several alike. Empty: all of them
desk-official-so-many = { $name } ({ $n } of { $of })
desk-official-of = { $n } of { $of }
desk-official-affected = Reservations that would be cancelled
desk-official-affected-lead = You can open them first and move them to another time or room. What is left is cancelled, told by mail, and given back in full.
desk-official-send = Use it for the city
desk-done-official = The city uses it.
desk-closure-all = All of it
desk-closure-new = Close
desk-closure-first = First day
desk-closure-last = Last day
desk-closure-reason = Why
desk-closure-reason-support = It is in the mail to those who have booked and on the page of the facility. Such as: work on the heating
desk-closure-count = { $n } reservations would be cancelled.
desk-closure-send = Close it and cancel them
desk-closure-working = Being closed
desk-closure-closed = Closed
desk-closure-reopened = Reopened
desk-closure-next = next: { $day }
desk-closure-no-mail = { $n } of them have no mail address. Ring them.
desk-column-days = Days
desk-gave-way-closure = Reservations that gave way
desk-gave-way-none = No reservation was cancelled.
desk-gave-way-none-yet = Nothing has been cancelled yet.
desk-closure-planned = Reservations still to be cancelled
desk-closure-planned-count = Reservations to be cancelled: { $n }
desk-closure-planned-lead = They are cancelled day by day, and whoever booked is told by mail.
desk-reopen = Reopen
desk-reopen-lead = The days from today on can be booked again. What was cancelled stays cancelled.
desk-done-closing = The closure has begun. Cancelling and telling people goes on in the background.
desk-done-reopened = Reopened.
desk-problem-choose-resource = Choose a room or field.
desk-problem-day = Enter today or a later day.
desk-problem-last-day = Enter a day after the first one, at most 400 days later.
desk-problem-backwards = It must end after it begins.
desk-problem-others = Somebody has booked in the meantime. Look again.
desk-permit-title = Permit to use a facility
desk-permit-document = No. { $number }
desk-permit-dear = { $name }
desk-permit-text = You may use the facility as follows.
desk-permit-conditions = Conditions
desk-permit-ordinance = This permit rests on: { $ordinance }
desk-course-title = Notice of your place in the course
desk-course-text = You have a place in the course as follows.
desk-course-conditions = Please note
desk-course-ordinance = The course fee rests on: { $ordinance }
desk-appointment-title = Appointment slip
desk-appointment-what = What for
desk-appointment-text = We expect you as follows.
desk-appointment-conditions = Before you come
desk-appointment-ordinance = This appointment rests on: { $ordinance }
desk-course-dates = Sessions
desk-course-what = Course
desk-course-fee = Course fee
desk-set-up = Facilities
desk-set-up-none = There is no facility yet.
desk-offered = Can be booked
desk-not-offered = Not offered
desk-set-new = A new facility
desk-set-make = Make it
desk-set-key = Key in addresses
desk-set-key-support = Letters a–z, digits and hyphens, at most 50, such as chuo-kaikan. It cannot be changed later.
desk-set-from-pattern = The pattern (one meeting room)
desk-set-file = The facility’s file (YAML)
desk-set-upload = Bring in a file
desk-set-public = The public page
desk-set-withdraw-lead = When it is no longer offered, what is booked stays.
desk-set-withdraw = Take it offline
desk-set-offer = Offer it
desk-set-findings = To be mended
desk-set-parts = Parts
desk-set-basics = Name and description
desk-set-resource-add = Add something to book
desk-set-fee-add = Add a fee table
desk-set-download = Download as YAML
desk-set-yaml = Edit as YAML
desk-set-yaml-label = The facility as YAML
desk-set-yaml-lead = Everything that is set up, as one file.
desk-set-save = Save
desk-set-back = Back to the facility
desk-set-easy = easy Japanese
desk-set-english = English
desk-set-yes = Yes
desk-set-has = Set it
desk-set-none = Not set
desk-set-either = Either
desk-set-add = (add)
desk-set-do = This item
desk-set-keep = Keep
desk-set-move-up = Move up
desk-set-down = Move down
desk-set-remove = Remove
desk-set-help-key = Letters a–z, digits and _
desk-set-help-time = Such as 09:00
desk-set-help-day = Such as 12-29
desk-set-help-lines = One a line
desk-done-made = Made. It cannot be booked before it is offered.
desk-done-saved = Saved.
desk-done-uploaded = Brought in.
desk-done-unchanged = Nothing changed.
desk-done-offered = It can be booked.
desk-done-withdrawn = It is no longer offered.
desk-problem-key-taken = This key is taken.
desk-problem-file = The file cannot be read.
desk-problem-other-key = The key cannot be changed.
desk-problem-number = Enter a number.
desk-problem-member-key = Letters a–z, digits and _, beginning with a letter.
desk-problem-time = Enter a time such as 09:00.
desk-problem-day-of-year = Enter a day such as 12-29.
desk-problem-date = Enter a date such as 2026-04-01.
desk-set-name = Name
desk-set-kind = Kind
desk-set-department = Department
desk-set-summary = Description
desk-set-address = Address
desk-set-phone = Telephone
desk-set-access = How to get in, parking, toilets
desk-set-conditions = Conditions (printed on the permit)
desk-set-step = Step in minutes
desk-set-units = Units (taken once at a time)
desk-set-opening = Opening hours
desk-set-closed = Closing days
desk-set-rules = Rules
desk-set-resources = What can be booked
desk-set-fees = Fees
desk-set-weekdays = Days of the week
desk-set-weeks = Which weeks of the month (empty: every)
desk-set-from = From
desk-set-to = To
desk-set-season = Season (every year)
desk-set-seasons = Every year
desk-set-holidays = Closed on national holidays
desk-set-moves-after-holidays = A closing day on a holiday moves to the next working day
desk-set-days = Days
desk-set-closed-days = Single days
desk-set-except = Open nevertheless on
desk-set-who = Who may book
desk-set-way = How a booking comes about
desk-set-opens = Booking opens
desk-set-days-before = Days before
desk-set-months-before = Months before
desk-set-months = Months
desk-set-at = At
desk-set-day = Day
desk-set-closes-days-before = Closes so many days before (0: until it begins)
desk-set-most-at-once = Most coming bookings
desk-set-most-in-a-month = Most in a month
desk-set-most-on-a-day = Most on a day
desk-set-cancelling = Cancelling
desk-set-free-days-before = Free until so many days before
desk-set-late-percent = Kept afterwards (%)
desk-set-late-points = Points for cancelling late
desk-set-absence-points = Points for not coming
desk-set-key-member = Key
desk-set-takes = What it takes
desk-set-one-of = How many alike
desk-set-capacity = Capacity
desk-set-purposes = Purposes
desk-set-times = Times
desk-set-bands = Bands
desk-set-free = Free times
desk-set-sessions = Sessions
desk-set-course = Sessions are booked together as a course
desk-set-sessions-course = Key of the course (sessions with the same key are booked together)
desk-choice-course-from-the-start = Only before it begins
desk-choice-course-late-entry = Also later, for the sessions that are left
desk-set-at-least = At least (minutes)
desk-set-at-most = At most (minutes)
desk-set-begins-every = Begins every (minutes)
desk-set-minutes-before = Minutes before
desk-set-minutes-after = Minutes after
desk-set-fee = Which fee
desk-set-ordinance = Ordinance
desk-set-rows = Rows (the first that fits counts)
desk-set-changes = Surcharges and reductions
desk-set-rounded-down-to = Rounded down to (yen)
desk-set-band = Band
desk-set-weekend = Weekend
desk-set-yen = Yen
desk-set-per = Per
desk-set-when = When
desk-set-percent = Percent (below zero: off)
desk-set-group-kind = Kind of group
desk-set-agreed = Reduction (key)
desk-set-lottery = Lottery
desk-set-groups = What groups must be like
desk-set-waiting = Waiting list
desk-set-penalty = Penalty
desk-set-reminders = Reminders (days before)
desk-choice-mon = Mon
desk-choice-tue = Tue
desk-choice-wed = Wed
desk-choice-thu = Thu
desk-choice-fri = Fri
desk-choice-sat = Sat
desk-choice-sun = Sun
desk-choice-anyone = Anybody
desk-choice-residents = Residents who have shown who they are
desk-choice-groups = Registered groups
desk-choice-staff-only = Only staff enter it
desk-choice-instant = At once
desk-choice-approval = When staff agree
desk-choice-days-before = So many days before
desk-choice-months-before = A month at once
desk-choice-units = Certain units
desk-choice-one-of = One of many alike
desk-choice-bands = Bands
desk-choice-free = Free times
desk-choice-sessions = Sessions
desk-choice-use = Each time
desk-choice-hour = Each hour
desk-choice-person = Each person
desk-choice-weekend-true = Weekends and holidays
desk-choice-weekend-false = Other days
desk-choice-not-resident = Not from the city
desk-choice-takes-admission = Takes admission
desk-choice-commercial = For business
desk-choice-group-kind = Kind of group
desk-choice-agreed = Agreed by staff
desk-set-copy = Begin with
desk-set-eligible-people = People it is for
desk-set-eligible-year = Fiscal year (the year it begins)
desk-set-eligible = People it is for (the share that comes is reckoned from it)
desk-set-members-at-least = At least so many members
desk-set-residents-percent = At least this share of members in the city (%)
desk-set-answer-days = Days to answer an offer
desk-set-choices = Choices of an entry
desk-set-closes = Entries close
desk-set-confirm-by = Winners answer by
desk-set-draws = Draw
desk-set-entries = Entries of each person or group
desk-set-first-come = First come from
desk-set-released-within-hours = Given-up times are released within (hours)
desk-set-seed = What decides the draw
desk-set-tickets = Tickets
desk-set-together = Times in one choice
desk-set-wins = Wins of each person or group
desk-set-blocked-days = Days without booking
desk-set-lapse-days = Days until a point lapses
desk-set-parties = Parties
desk-set-public-value = Public value
desk-set-per-loss = More tickets for each loss
desk-set-offer-hours = An offer holds (hours)
desk-set-penalty-points = Points from which booking is not possible
desk-settings = Settings of booking
desk-settings-save = Save
desk-rosters = Rosters of groups
desk-rosters-lead = Roster, contact and letters of a group that is no more are deleted by night after so many years. Its name, how many members it had, and all statistics stay.
desk-roster-years = Years after the end of the registration
desk-roster-years-support = 1 to { $n }
desk-years = years
desk-done-settings = The settings were saved.
desk-set-equipment = Equipment that can be taken along
desk-set-equipment-count = How many there are
desk-set-equipment-with = Keys of the rooms it goes with (empty: all)
