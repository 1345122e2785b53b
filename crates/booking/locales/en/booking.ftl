booking-menu = Reservations
booking-menu-summary = Book gyms and halls, a time at a counter, a check-up or a class.
booking-menu-lottery = Draws
booking-queue-desk-menu = Counters
booking-title = Book facilities, counters and classes
booking-lead = Find a free time and book it.
booking-search-day = Day
booking-search-part = Time of day
booking-search-purpose = Purpose
booking-search-people = People
booking-people-unit = people
booking-search-kind = Kind
booking-search = Find a free time
booking-search-title = Find a free time
booking-part-morning = Morning
booking-part-afternoon = Afternoon
booking-part-evening = Evening
booking-found-title = Free on { $day }
booking-found-count = { $n ->
    [one] One place is
   *[other] { $n } places are
 } free.
booking-found-nothing = Nothing is free. Try another day or time.
booking-day-before = Day before
booking-day-after = Day after
booking-nothing = There is nothing to book at the moment.
booking-holds = Up to { $n } people
booking-short-day = { $weekday } { $month }/{ $day }
booking-in-brackets = { " " }({ $text })
booking-holiday = { $weekday }, holiday
booking-mon = Mon
booking-tue = Tue
booking-wed = Wed
booking-thu = Thu
booking-fri = Fri
booking-sat = Sat
booking-sun = Sun
booking-hours = { $from }–{ $to }
booking-yen = { $yen } yen
booking-free-of-charge = Free of charge
booking-and = , 
booking-kind = Kind
booking-address = Address
booking-map-title = Map of the facilities
booking-map-list = To the list of facilities
booking-map-place = Map of the place
booking-phone = Phone
booking-access = Before you come
booking-week-title = Free times of a week
booking-week-legend = ○ free (with the number left)　× taken　− closed　・ cannot be booked now
booking-week-before = Week before
booking-week-after = Week after
booking-times = Time
booking-mark-free = ○
booking-mark-taken = ×
booking-mark-closed = −
booking-mark-not-now = ・
booking-meaning-free = free
booking-meaning-left = { $n } free
booking-meaning-taken = taken
booking-meaning-closed = closed
booking-meaning-not-now = cannot be booked now
booking-meaning-early = cannot be booked yet
booking-meaning-late = booking has ended
booking-next-session = Next on { $day }
booking-next-course = Next course begins on { $day }
booking-meaning-with-course = part of a course that has begun; this session cannot be booked by itself
booking-course-when = { $n } sessions, from { $first } to { $last }
booking-course-session = Session { $n }: { $when }
booking-course-of = of { $n }
booking-choose-course = Join this course
booking-course-sessions = Sessions
booking-rules-title = Rules
booking-rule-anyone = Anybody can book; we check your e-mail address.
booking-rule-residents = You can book with a resident account.
booking-rule-groups = Registered groups can book.
booking-rule-staff = Please book at the counter or by phone.
booking-rule-lottery = Drawn by lot; what is left can then be booked by anyone.
booking-to-lottery = Enter a draw
booking-rule-days-before = Booking opens { $n } days before, at { $at }.
booking-rule-months-before = A month opens { $n } months before, on day { $day } at { $at }.
booking-rule-closes = You can book until { $n } days before.
booking-rule-day = At most { $n } a day.
booking-rule-month = At most { $n } a month.
booking-rule-at-once = At most { $n } coming reservations.
booking-rule-cancel-free = Cancelling costs nothing.
booking-rule-cancel-please = If you cannot come, please cancel early. It costs nothing.
booking-rule-cancel = You can cancel free of charge until { $n } days before. After that { $percent } % of the fee is due.
booking-fees-title = Fees
booking-fee = Fee
booking-kept-fee = Fee for cancelling
booking-per-use = { $amount } per use
booking-per-hour = { $amount } per hour
booking-per-person = { $amount } per person
booking-fee-less = { $percent } % less
booking-fee-more = { $percent } % more
booking-fee-weekend = weekends and holidays
booking-fee-weekday = weekdays
booking-choose = Choose
booking-choose-from = Begin here
booking-choose-end = From { $from }. Choose when it ends.
booking-together = Several on end
booking-day-nothing = Nothing can be booked on this day.
booking-show-day = Show this day
booking-cart-title = Your booking
booking-cart-left = Kept for you for { $n } more minutes.
booking-cart-empty = Nothing is kept for you. If time ran out, choose it again.
booking-remove = Give back
booking-add = Add another time
booking-purpose = Purpose
booking-people = People
booking-people-count = { $n ->
    [one] one person
   *[other] { $n } people
 }
booking-person-title = Who books
booking-name = Name (of the group and who acts for it)
booking-name-support = For example Hanako Sumikawa
booking-your-phone = Phone number
booking-your-phone-support = In case we have to close at short notice
booking-lives = Where you live, work or study
booking-lives-here = In the city
booking-lives-elsewhere = Elsewhere
booking-note = Anything the facility should know
booking-to-check = Check
booking-who-title = Who books
booking-who-lead = We check your e-mail address so that we can write to you, or you sign in.
booking-who-email = Confirm my e-mail address
booking-who-account = Sign in
booking-check-title = Check your booking
booking-check-lead = Not booked yet. Check it and press the button below.
booking-check-approval = The facility decides; until then the time is kept for you.
booking-when = When
booking-what = What
booking-email = E-mail
booking-mail-language = Language of mails
booking-total = Total { $amount }
booking-send = Book
booking-back = Back
booking-done-title = Booked
booking-done-lead = Keep the reservation number; we have also mailed it to you.
booking-done-nothing = Nothing was booked on this device lately.
booking-number = Reservation number
booking-number-support = Three groups of six letters and digits
booking-state = State
booking-state-held = kept
booking-state-requested = being looked at
booking-state-confirmed = confirmed
booking-state-attended = used
booking-state-absent = not used
booking-state-cancelled = cancelled
booking-state-refused = not possible
booking-mine-title = Your reservations
booking-by-number-title = Find by number
booking-coming-title = Coming
booking-coming-none = Nothing is coming.
booking-past-title = Past
booking-show = Show
booking-reservation-title = Reservation
booking-to-calendar = Add to calendar (ICS file)
booking-cancel-title = Cancel
booking-cancel = Cancel this reservation
booking-cancel-loses = If you cancel now, { $amount } is due.
booking-done-held = The time is kept for you. Go on below.
booking-done-removed = Given back.
booking-done-cancelled = The reservation is cancelled.
booking-error-taken = Somebody else has just taken this time. Choose another one.
booking-error-lapsed = The time was given back because it was kept too long. Choose it again.
booking-error-not-offered = This time is not offered. Choose one that is shown.
booking-error-too-early = This day cannot be booked yet.
booking-error-too-late = This time can no longer be booked.
booking-error-limit = You have as many reservations as are allowed ({ $n }).
booking-error-held-enough = You hold as many times as you can at once. Book them first.
booking-error-people = It holds { $n } people.
booking-error-people-missing = Enter how many people come.
booking-error-purpose = It cannot be used for this purpose.
booking-error-residents = Please book with a resident account.
booking-error-groups = Only registered groups can book this.
booking-error-staff = Please book at the counter or by phone.
booking-error-state = This is not possible now.
booking-error-required = Fill this in.
booking-error-phone = Enter the phone number in digits.
booking-error-number = There is no such reservation. Check the number for typing errors.
booking-mail-confirmed-subject = Your reservation
booking-mail-confirmed = 
    Your reservation is confirmed.

    What: { $what }
    When: { $when }
    Number: { $number }

    To see or cancel it, enter the number under “Your reservations” on the city’s site.
    Questions: { $phone }
booking-mail-requested-subject = Your request for a reservation
booking-mail-requested = 
    We have received your request. The facility decides about it.

    What: { $what }
    When: { $when }
    Number: { $number }

    Questions: { $phone }
booking-mail-cancelled-subject = Your reservation is cancelled
booking-mail-cancelled = 
    This reservation is cancelled.

    What: { $what }
    When: { $when }

    If it was not you, please ring us: { $phone }
booking-kind-community-centre = Community centres
booking-kind-hall = Halls
booking-kind-gym = Gyms
booking-kind-sports-ground = Sports grounds and courts
booking-kind-school = School facilities
booking-kind-park = Parks and camp sites
booking-kind-counter = Counters
booking-kind-check-up = Check-ups and vaccinations
booking-kind-class = Classes
booking-kind-consultation = Consultations
booking-kind-equipment = Equipment
booking-finding-doubled = "{ $about }" stands twice. Give one of them another key.
booking-finding-nothing = There is nothing to book. Add at least one resource.
booking-finding-backwards = "{ $about }" ends before it begins.
booking-finding-off-step = "{ $about }" does not keep to the step.
booking-finding-weeks = Weeks of a month are 1 to 5.
booking-finding-unit-unused = Nothing that can be booked takes "{ $about }".
booking-finding-takes-nothing = It takes nothing. Name at least one unit.
booking-finding-no-unit = There is no unit "{ $about }".
booking-finding-count = The count { $about } must be 1 to 1,000.
booking-finding-no-times = There are no times to book.
booking-finding-overlap = "{ $about }" overlaps another time.
booking-finding-free = The lengths { $about } must be multiples of the step, the shorter one first.
booking-finding-percent = The share kept must be 0 to 100 %.
booking-finding-lottery-order = Opening, closing, draw, answer and first come must follow one another, on days 1 to 28 of months before the month of use.
booking-finding-lottery-counts = Mend the counts of the lottery (1 to 20 entries, wins up to the entries, 1 to 20 choices, 1 to 20 tickets, 1 to 28 days to answer, 2 to 10 parties).
booking-finding-lottery-staff = What only staff enter cannot be drawn by lot.
booking-finding-lottery-shared = Draw it together with “{ $about }”, which uses the same place, under the facility's rules.
booking-finding-fee-day = Two fee tables begin on { $about }.
booking-finding-no-fee = The fee "{ $about }" is missing in a fee table.
booking-to-groups = Registered groups
booking-menu-groups = Groups that book
booking-desk-home = Desk
booking-as = In whose name
booking-as-support = For a group, fees and limits follow from the group
booking-as-self = Myself
booking-error-group-too-small = The group has too few members, or too few in the city, to book this.
booking-error-blocked = Because of penalty points you can book again from { $day }.
booking-finding-penalty = Points and days of the penalty must be 1 or more.
booking-finding-penalty-unused = Points are given but lead to nothing, or lead to something and are never given: write both.
booking-finding-reminders = Reminders are at most 5, each 0 to 90 days before.
booking-finding-waiting = Offers of the waiting list hold 1 to 168 hours, and at least 1 person can wait.
booking-finding-groups = The share of members of the city must be 1 to 100%.
booking-menu-settings = Settings of booking
booking-menu-points = Penalty points
booking-to-series = Repeated bookings
booking-series-new = Book this again and again
booking-desk-menu = Reservations
booking-paper-permit = Permit (PDF)
booking-paper-course = Notice of your place in the course (PDF)
booking-paper-appointment = Appointment slip (PDF)
booking-change-title = Change time or place
booking-change-now = Your reservation
booking-change-rule = You can change it yourself until { $n } days before.
booking-change-to = New time
booking-change-send = Change to this time
booking-change-too-late = You cannot change this reservation yourself. Please ring the facility.
booking-length = How long
booking-minutes = { $n } minutes
booking-done-changed = Changed.
booking-closed-days = { $days } closed: { $reason }
booking-mail-moved-subject = Your reservation was changed
booking-mail-moved =
    Your reservation was changed. Its number stays the same. { $number }

    { $what }
    { $when }

    If this was not you, please ring us: { $phone }
booking-mail-moved-requested =
    You asked for a change of your reservation. The facility has to agree to it. Its number stays the same. { $number }

    { $what }
    { $when }

    If this was not you, please ring us: { $phone }
booking-to-waiting = Waiting list
booking-to-feeds = Calendars
booking-wait = Join the waiting list
booking-resource-calendar = What is taken, as a calendar (ICS)
booking-rule-waiting = When it is full you can join a waiting list.
booking-rule-course = All sessions are booked together: one booking has a place in each of them, and is cancelled as one.
booking-rule-course-late = After it has begun you can still join for the sessions that are left, while there are places.
booking-rule-group-members = For groups of at least { $n } members.
booking-rule-group-residents = For groups of which at least { $n }% live, work or study in the city.
booking-mail-reminder-subject = Your reservation is near
booking-mail-reminder =
    Your reservation is near.

    Place: { $what }
    Time: { $when }

    If you do not need it, please cancel soon: somebody else may be waiting.
    Questions: { $phone }
booking-to-use = How facilities are used
booking-equipment = Taken along
booking-equipment-none = None
booking-equipment-count = { $n }
booking-equipment-left = { $n } left at this time, { $amount } each
booking-error-equipment = There are not so many free at this time. Choose a smaller number.
booking-finding-equipment-with = Equipment names a resource in “with” that does not exist
booking-finding-course-unsaid = The session on { $about } names a course, but the resource does not say how its courses are joined (course)
booking-finding-course-times = A course (course) needs sessions
booking-finding-course-alone = The course on { $about } has one session only
booking-finding-course-lottery = Courses (course) cannot be drawn by lot. Leave the lottery out, or let each session be booked by itself
booking-finding-course-fee = A course costs an amount per booking or per person; an amount per hour cannot be used
booking-finding-course-equipment = Nothing can be taken along with a course (course)
booking-equipment-offered = Can be taken along when you book: { $items }
booking-table-facilities = Public facilities that can be booked
booking-table-facilities-about = Names, places and opening hours of the public facilities that can be booked, made every night from the register of facilities.
booking-table-use = Use of public facilities
booking-table-use-about = Bookings, bookings made online, hours open and used, and the rate of use, by facility and month. Made every night from the records of bookings, for the months that are over. Counts from 1 to 4, and what would give one away, are left out.
booking-table-hours-differ = Opening hours differ by weekday or season
booking-table-closed-weeks = Closed in some weeks of the month
booking-table-closed-holidays = Closed on public holidays
booking-table-closed-moves = When a closing weekday is a public holiday, the next working day is closed instead
booking-table-closed-season = Closed from { $from } to { $to }
booking-table-day = { $month }/{ $day }
