lottery-month = { $name ->
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
