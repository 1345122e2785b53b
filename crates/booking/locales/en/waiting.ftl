waiting-title = Waiting list
waiting-lead = When something becomes free it is offered to one person after the other, in the order in which they joined.
waiting-who = Confirm your mail address or sign in to wait.
waiting-none = You are not waiting for anything.
waiting-new-title = Join the waiting list
waiting-rule-order = It goes by the order of joining, never by who is quickest.
waiting-rule-offer = When it becomes free it is held for you, and a mail tells until when.
waiting-rule-nobody = If you do not take it in time, it goes to the next person.
waiting-join = Join the waiting list
waiting-accept = Book it
waiting-decline = Let it go to the next person
waiting-leave = Leave the list
waiting-state-waiting = Waiting. Before you: { $n }
waiting-state-offered = It is free and held for you until { $until }.
waiting-state-taken = Booked
waiting-state-declined = You let it go
waiting-state-lapsed = You did not take it in time; it went to the next person
waiting-state-left = You left the list
waiting-state-over = The day passed without anything becoming free
waiting-error-free = It is free at present: book it.
waiting-error-full = At most { $n } can wait, and as many do.
waiting-done-joined = You are on the list. A mail tells you when it is your turn.
waiting-done-taken = Booked. The number was sent by mail.
waiting-done-left = Done.
waiting-mail-subject = A place has become free
waiting-mail =
    What you wait for has become free and is held for you.

    Place: { $what }
    Time: { $when }
    Until: { $until }

    Book it on the page "Waiting list" of the city's site.
    Afterwards it goes to the next person.
    Questions: { $phone }
