lottery-month = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
 } { $year }
lottery-mail-entered-subject = You are in the draw
lottery-mail-entered =
    You entered the draw for { $month } of { $facility }.

    { $choices }

    The draw: { $until }
    Your number: { $number }
    The entry's number in the published list: { $entry }

    With your number you can look at the entry, change it and withdraw it.
    Questions: { $phone }
lottery-mail-won-subject = The draw: you won
lottery-mail-won =
    You won in the draw for { $month } of { $facility }.

    { $choices }

    Please say on the city's site by { $until } whether you will use it. Without an answer it goes to the next.
    Your number: { $number }
    Entry { $entry }, place { $place }

    Questions: { $phone }
lottery-mail-offered-subject = The draw: you moved up
lottery-mail-offered =
    In the draw for { $month } of { $facility } somebody gave up, and you moved up.

    { $choices }

    Please say on the city's site by { $until } whether you will use it. Without an answer it goes to the next.
    Your number: { $number }
    Entry { $entry }, place { $place }

    Questions: { $phone }
lottery-mail-lost-subject = The draw: no luck this time
lottery-mail-lost =
    In the draw for { $month } of { $facility } nothing you asked for was left at your place.

    { $choices }

    Entry { $entry }, place { $place }
    If somebody gives up, those next in line are told. What is left can be booked from { $first }.
    The city's site shows the reasons when you enter your number.
    Your number: { $number }

    Questions: { $phone }
lottery-mail-blocked-subject = The draw: it can no longer be used
lottery-mail-blocked =
    You won in the draw for { $month } of { $facility }, but after the closing the city had to take this time for itself. We are sorry.

    { $choices }

    The facility will contact you. Telephone: { $phone }
    Your number: { $number }
lottery-title = Draws
lottery-lead = Times that many want are drawn by lot. Anyone can check the result.
lottery-and =  and 
lottery-open-title = Open for entries
lottery-open-none = No draw takes entries at the moment.
lottery-others-title = Other draws
lottery-to-booking = Book facilities
lottery-how-title = How it is drawn
lottery-how-1 = Enter your wishes, the dearest first. Your true order is always the best one.
lottery-how-2 = After the closing the list of entries, without names, is frozen and its hash is published: it can no longer be changed.
lottery-how-3 = A value that nobody can choose, fixed beforehand, decides the order. There is no second draw.
lottery-how-4 = In this order each gets the dearest of their wishes that is still free.
lottery-how-5 = What a winner does not take goes to the next in line, never to whoever is quickest.
lottery-how-check = The whole algorithm is in the published document docs/lottery.md; “yakuba lottery verify” runs a draw again.
lottery-round-title = { $facility }, { $month }
lottery-phase-coming = Not open yet
lottery-phase-entering = Open for entries
lottery-phase-closed = Waiting for the draw
lottery-phase-due = Waiting for the value that decides
lottery-phase-answering = Drawn
lottery-phase-over = Over
lottery-note-opens = Opens { $at }
lottery-note-closes = Closes { $at }
lottery-note-draws = Drawn { $at }
lottery-note-first-come = What is left: from { $at }
lottery-note-odds = { $entries } entries, { $won } won
lottery-entering = Entries
lottery-from-to = { $from } to { $to }
lottery-draws = The draw
lottery-confirm-by = Winners answer by
lottery-first-come = What is left, from
lottery-enter = Enter
lottery-to-facility = About { $facility }
lottery-rules-title = Rules
lottery-rule-entries = Up to { $n } per person or group. A group’s entry counts for whoever sends it, too.
lottery-rule-wins = Up to { $n } can win per person or group.
lottery-rule-choices = Up to { $n } choices in an entry.
lottery-rule-together = A choice may join up to { $n } times: all of them or none.
lottery-rule-tickets = Whoever lost has { $n } more ticket for each draw lost in a row, up to { $most }.
lottery-rule-given-up = What is given up goes to the next in line; once anyone can book, it is kept for a while and then released.
lottery-proof-title = Check the result
lottery-source-drand = The public random value number { $round } of drand (quicknet) decides. The number was fixed before entries were taken.
lottery-source-parties = Secrets of { $names } decide: their hashes are given before, the secrets at the draw. If one is missing, drand’s public random value a day later decides.
lottery-source-value = “{ $value }” decides; two members of staff type it in separately.
lottery-source-weak = This is a weak source: where the value comes from cannot be checked from the transcript alone.
lottery-frozen-at = List frozen
lottery-commitment = Hash of the list (SHA-256)
lottery-drawn-at = Drawn
lottery-list-file = The list of entries (no names)
lottery-transcript-file = The transcript (list, value, order, outcome)
lottery-check-yourself = Check the transcript with “yakuba lottery verify”, and that your own entry’s number is in the list.
lottery-proof-later = After the closing, the list of entries and its hash are published here.
lottery-bring-title = Bring the value
lottery-bring-lead = Anyone can do it: copy the “signature” found at this address. Only the right value is taken, and it is drawn at once.
lottery-signature = Signature
lottery-signature-support = 96 characters, 0 to 9 and a to f
lottery-bring = Draw with this value
lottery-secret-title = Tell a secret
lottery-secret = The secret
lottery-secret-support = For those who gave its hash before. When all are told, it is drawn
lottery-secret-send = Tell
lottery-figures-title = Entries and wins
lottery-figure-entries = Entries
lottery-figure-won = Won, with those who moved up
lottery-figure-accepted = Taken
lottery-figure-given-up = Given up or not answered
lottery-figure-offered = Moved up
lottery-entries-count = { $n }
lottery-percent = { $n } %
lottery-by-tickets = Wins by number of tickets
lottery-by-tickets-note = Whoever lost before has more tickets.
lottery-column-tickets = Tickets
lottery-column-entries = Entries
lottery-column-won = Won
lottery-column-share = Share that won
lottery-column-first = First choice
lottery-tickets-count = { $n }
lottery-enter-title = Enter the draw
lottery-change-title = Change an entry
lottery-choice = Choice { $n }
lottery-chosen-title = Choices
lottery-chosen-none = None yet. Choose times below.
lottery-up = Move up
lottery-remove = Remove
lottery-add-title = Add a choice
lottery-add-full = You have as many choices as are allowed.
lottery-resource = Place
lottery-day = Day
lottery-show-times = Show times
lottery-no-times = Nothing is offered in this month.
lottery-from-here = From here
lottery-add = Add as { $choice }
lottery-join = Join to the last choice
lottery-who-title = Who enters
lottery-who-lead = To tell you the outcome, your mail address is confirmed. With an account, log in.
lottery-who-email = Confirm a mail address
lottery-who-account = Log in with an account
lottery-send = Enter
lottery-send-change = Change
lottery-mine-title = Look at, change or answer an entry
lottery-own-title = Your entries
lottery-own-none = None.
lottery-show = Show
lottery-by-number-title = By number
lottery-receipt = Your number
lottery-receipt-support = Three groups of six characters
lottery-entry-number = The entry’s number in the list
lottery-entry-title = Entry
lottery-state = State
lottery-state-entered = Entered
lottery-state-withdrawn = Withdrawn
lottery-state-lost = Not drawn; told if somebody gives up
lottery-state-won = Won; please answer
lottery-state-accepted = Won and taken
lottery-state-declined = Won and given up
lottery-state-lapsed = Won, but not answered in time
lottery-state-blocked = Won, but the city had to take the time
lottery-answer-title = Will you use it?
lottery-answer-lead = Please answer by { $until }. Without an answer it goes to the next in line.
lottery-accept = I will use it
lottery-decline = I give it up
lottery-change = Change the choices
lottery-withdraw = Withdraw
lottery-why-won = Won
lottery-why-to = It had gone to the entry at place { $n }
lottery-why-beforehand = It was taken before the draw
lottery-why-not-needed = Not needed: a dearer choice was won
lottery-why-limit = Other entries had won as often as is allowed
lottery-why-tickets = Because of earlier losses you had { $n } tickets.
lottery-why-place = Your place in the order: { $n }
lottery-done-title = You are in the draw
lottery-done-lead = Keep your number. It was sent by mail, too.
lottery-done-none = There are no entries.
lottery-done-changed = The entry was changed.
lottery-done-withdrawn = The entry was withdrawn.
lottery-done-accepted = It is yours.
lottery-done-declined = It was given up.
lottery-done-drawn = It was drawn.
lottery-done-told = The secret was taken.
lottery-done-hash = The hash was taken.
lottery-done-value = The value was taken. It is drawn when two people agree.
lottery-error-limit = That is more than the rules allow ({ $n }).
lottery-error-early = It is too early.
lottery-error-late = It is too late.
lottery-error-state = It is not possible now.
lottery-error-value = This is not the value that was fixed. Please compare it again.
lottery-error-not-offered = One of the times is not offered. Please choose again.
lottery-error-number = There is no entry with this number. Please check it.
lottery-error-email = This is no mail address.
lottery-channel = How it came
lottery-channel-counter = Counter
lottery-channel-phone = Telephone
lottery-channel-paper = Paper
lottery-desk-none = None of your facilities has a draw. Draws are set up in the rules of a facility’s file.
lottery-desk-round = Draw
lottery-desk-phase = Phase
lottery-desk-next = Next
lottery-desk-entries = Entries
lottery-desk-problems = To do
lottery-desk-enter = Enter somebody
lottery-desk-enter-column = Enter for others
lottery-desk-public = Public page
lottery-desk-online = Of these online
lottery-desk-unanswered = Waiting for an answer
lottery-desk-blocked-title = Won, but cannot be used
lottery-desk-blocked-lead = After the freeze the city took these times. Get in touch and offer another time.
lottery-desk-name = Name
lottery-desk-phone = Telephone
lottery-desk-time = Time
lottery-desk-parties-title = Those who give a secret
lottery-desk-party = Name
lottery-desk-hash = Hash
lottery-desk-hash-missing = Not yet
lottery-desk-told = Secret
lottery-desk-told-yes = Told
lottery-desk-give-hash = Register a hash
lottery-desk-hash-support = The SHA-256 of a secret of at least 16 bytes. It cannot be exchanged later
lottery-desk-value-title = Type in the public value
lottery-desk-value = Value
lottery-desk-value-support = Exactly as its source has it. It is drawn when a second person types in the same
lottery-desk-value-send = Send
lottery-desk-values = Typed in by { $n }
lottery-desk-values-differ = The values differ. Both please compare them.
lottery-desk-no-choice = Staff can neither choose the result nor draw again.
lottery-desk-entered = It was entered. Please tell them the number.
lottery-kept = Kept after a draw; released at a random moment
lottery-desk-instead = Book another time
lottery-desk-instead-column = What to do
lottery-desk-instead-lead = Agree on a free time with whoever won. It is booked at once, at the fee of that time, and they are told by mail.
lottery-desk-instead-time = The time instead
lottery-desk-instead-send = Book this time
lottery-mail-instead = It stands for the time that you won in the lottery.
lottery-fair-title = Fairness
lottery-fair-wishes = Which choices were granted
lottery-fair-wish = Choice
lottery-fair-share = Share
lottery-fair-nothing = Nothing won
lottery-fair-times = Most wanted times
lottery-fair-times-note = The odds are the entries that name a time, divided by how many could have it.
lottery-fair-time = Time
lottery-fair-places = Places
lottery-fair-odds = Odds
lottery-fair-odds-value = { $n } to 1
lottery-fair-year = Wins within a year
lottery-fair-year-wins = Times won
lottery-fair-holders = People and groups
lottery-fair-times-count = { $n ->
    [one] once
   *[other] { $n } times
}
lottery-fair-times-or-more = { $n } times or more
lottery-fair-gini = Wins are spread with a Gini coefficient of { $gini }: 0 would mean that everybody won equally often, 1 that one alone won everything.
lottery-fair-hidden = few
lottery-fair-hidden-note = Counts below 5, and counts that would give them away, are shown as “few”.
lottery-fair-file = Save the fairness figures as CSV
