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
desk-permit = Permit (PDF)
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
desk-look-permit = The permit
desk-enter = Enter a reservation
desk-enter-send = Book this
desk-email-support = The number is sent there
desk-group = Registered group
desk-group-none = No group
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
desk-official-lead = The city can use a time although somebody has booked it. Look at what would be cancelled before you decide.
desk-from = From
desk-to = To
desk-own-title-support = It is in the mail to those who give way. Such as: polling station
desk-official-check = Show what would be cancelled
desk-official-count = { $n } reservations would be cancelled.
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
