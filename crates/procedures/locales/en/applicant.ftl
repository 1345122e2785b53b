applicant-menu = Procedures
applicant-menu-summary = Apply and report from a phone or computer.
applicant-own-code = Show a counter code
applicant-counter = Apply at the counter (make a code)
applicant-menu-guide = Life events
applicant-menu-guide-summary = Moving, a birth, a death: everything that has to be done, put together for you.
applicant-list-guide = Find everything that a life event brings
applicant-list-title = Find a procedure
applicant-list-lead = Procedures of the city that you can do online.
applicant-list-search = Name of the procedure or other words
applicant-list-events = By life event
applicant-list-found = { $n ->
    [one] { $n } procedure found.
   *[other] { $n } procedures found.
}
applicant-list-all = Show all procedures
applicant-list-empty = There are no procedures to apply for at the moment.
applicant-cases-link = See how your application stands

applicant-category-residence = Home, moving, registration
applicant-category-children = Children
applicant-category-welfare = Health, welfare, care
applicant-category-tax = Tax, insurance, pension
applicant-category-living = Water, environment, pets
applicant-category-community = Community
applicant-category-business = Business, tenders, jobs
applicant-category-culture = Culture, learning, libraries
applicant-category-government = City government, access to information

applicant-event-moving-in = Moving to the city
applicant-event-moving-out = Moving away
applicant-event-moving-within = Moving within the city
applicant-event-birth = Having a baby
applicant-event-school = Starting nursery or school
applicant-event-marriage = Marriage and divorce
applicant-event-work = Leaving or starting a job
applicant-event-care = Long-term care
applicant-event-death = After a death in the family

applicant-guide-who = Who can apply
applicant-guide-when = When
applicant-guide-needed = What you need
applicant-guide-fee = Fee
applicant-guide-free = Free of charge
applicant-guide-minutes = Time to fill in
applicant-guide-about-minutes = About { $n } minutes
applicant-guide-days = Standard processing time
applicant-guide-working-days = { $n } working days from the day after your application arrives
applicant-guide-afterwards = What happens next
applicant-guide-agent = Applying for somebody else
applicant-guide-other-ways = Other ways to apply
applicant-guide-law = Legal basis
applicant-guide-department = Department
applicant-guide-purpose = Why we ask for personal data
applicant-agent-not-allowed = Only the person concerned can apply.
applicant-agent-family = Members of the same household and legal representatives can also apply.
applicant-agent-with-mandate = Somebody with a mandate can also apply.

applicant-cases-title = Status of your application
applicant-cases-lead = Enter the receipt number you were given when you applied.
applicant-receipt = Receipt number
applicant-receipt-support = 18 letters and digits. Hyphens and capital letters do not matter.
applicant-receipt-mistyped = This is not a receipt number. It has 18 letters and digits. Please check it.
applicant-receipt-unknown = There is no application with this receipt number. Please check it.
applicant-cases-open = Show status
applicant-cases-view = Back to the application you opened
applicant-cases-lost = If you have lost the receipt number
applicant-cases-lost-text = The city cannot look the number up. Please ask the department of your procedure.

applicant-done-left = The application is no longer shown.
applicant-done-disposed = The records of this application were disposed of after their retention period.
applicant-done-message = Your message was sent.
applicant-done-withdrawn = Your application was withdrawn.

applicant-stage-received = Received
applicant-stage-checked = Examined
applicant-stage-decided = Decided
applicant-stage-delivered = Delivered
applicant-standing-received = We have received your application and will check it.
applicant-standing-checked = Your application is being examined.
applicant-standing-decided = Your application is decided.
applicant-standing-delivered = The result has been delivered to you.
applicant-standing-closed = This procedure is finished.
applicant-standing-withdrawn = This application was withdrawn.
applicant-standing-correction = Something in your application needs to be corrected.
applicant-case-received = Received on
applicant-appointment = Your appointment
applicant-appointment-off = { $time } (called off)
applicant-slot-taken = Somebody else has just booked the time you chose. Please choose another.
applicant-case-due = Result expected
applicant-case-due-on = by about { $day }
applicant-case-outcome = Result
applicant-outcome-approved = Granted as applied for
applicant-outcome-refused = Refused
applicant-outcome-partly = Granted in part
applicant-correction-heading = Please correct your application
applicant-correction-until = Please do so by { $day }.
applicant-decision = The decision
applicant-decision-letter = Save the letter (PDF)
applicant-letter-reason = Reasons
applicant-letter-file = decision

applicant-messages = Messages with the department
applicant-messages-none = There are no messages yet.
applicant-message-own = You
applicant-message-new = Message to the department
applicant-message-support = Up to 4,000 characters
applicant-message-send = Send
applicant-message-empty = Write a message.
applicant-message-long = A message has at most 4,000 characters. Shorten it or send it in parts.

applicant-record = Record of your application
applicant-history = What has happened
applicant-history-day = Date and time
applicant-history-what = What
applicant-history-received = Application received
applicant-history-stage-received = Checking again
applicant-history-stage-checked = Examination begun
applicant-history-stage-decided = Decided
applicant-history-stage-delivered = Result delivered
applicant-history-stage-closed = Finished
applicant-history-stage-withdrawn = Application withdrawn
applicant-history-correction-asked = We asked you for a correction
applicant-history-corrected = Your correction was received
applicant-history-correction-ended = The request for a correction was ended
applicant-history-answers-entered = The department entered the answers anew
applicant-history-message-desk = The department sent a message
applicant-history-message-own = You sent a message
applicant-history-handed-over = Another department took over
applicant-history-merged = Put together with another application
applicant-views = Departments that looked at your application
applicant-views-department = Department
applicant-views-reason = Purpose
applicant-view-reason-casework = Handling your application
applicant-view-reason-export = Written to a file for the department’s system
applicant-view-reason-webhook = Sent to the city’s system “{ $system }”
applicant-view-reason-pull = Fetched by the city’s system “{ $system }”
applicant-view-reason-system = Passed to another system of the city
applicant-views-none = No department has looked at your application yet.

applicant-more = More
applicant-withdraw-link = Withdraw the application
applicant-withdraw-title = Withdraw the application
applicant-withdraw-text = A withdrawn application cannot be brought back. If you need it, apply again.
applicant-withdraw-confirm = Withdraw
applicant-withdraw-keep = Do not withdraw
applicant-leave-text = On a shared computer, stop showing the application when you are done.
applicant-leave = Stop showing

applicant-guide-start = Start
applicant-guide-kept = You have begun
applicant-guide-kept-until = You can go on in this browser until { $day }.
applicant-guide-resume = Go on
applicant-guide-discard = Delete what I entered
applicant-guide-sent = You have applied. Show the receipt number
applicant-guide-verified = This procedure needs proof of identity. Please apply at the counter of the department.
applicant-done-expired = What you entered is not there any more. Please start again.
applicant-done-discarded = What you entered was deleted.
applicant-done-kept = What you entered was saved.
applicant-done-changed = The answers were changed in another window. Please check them again.
applicant-done-corrected = Your correction was received.
applicant-next = Continue
applicant-back = Back
applicant-later = Save and go on later
applicant-to-check = Save and back to the check
applicant-page-place = Page { $n } of { $of }
applicant-before-title = Before you start
applicant-before-choose = Choose an answer.
applicant-before-not-kept = This answer is not kept.
applicant-stop-title = You cannot apply here
applicant-stop-again = Answer again
applicant-email-title = Confirm your e-mail address
applicant-email-lead = We send the receipt number, and a mail when there is a message or a result.
applicant-email = E-mail address
applicant-email-support = For example hanako@example.jp
applicant-email-send = Send a code
applicant-email-wrong = Enter an e-mail address.
applicant-email-other = Use another address
applicant-code = Code
applicant-code-support = The six digits in the mail
applicant-code-sent = We sent a code to { $email }.
applicant-code-confirm = Confirm
applicant-code-wrong = The code is not right. Please look at the mail again.
applicant-code-expired = The code has expired or was entered wrongly too often. Send a new one.
applicant-who-title = Who applies
applicant-who = Who is applying?
applicant-who-person = The person concerned
applicant-who-agent = Somebody else for them
applicant-who-choose = Choose who is applying.
applicant-who-change = Change who applies
applicant-agent-heading = Person applying for somebody else
applicant-agent-only = Fill in only when somebody else applies.
applicant-agent-name = Name
applicant-agent-name-missing = Enter the name.
applicant-agent-relation = Relation to the person concerned
applicant-agent-relation-support = For example daughter, lawyer
applicant-agent-relation-missing = Enter the relation.
applicant-agent-phone = Telephone number
applicant-agent-phone-missing = Enter the telephone number.
applicant-mandate = Mandate
applicant-mandate-support = A photograph or PDF, up to 10 MB
applicant-mandate-missing = Choose a photograph or PDF of the mandate.
applicant-mandate-kept = Sent: { $name }
applicant-too-many-files = There are too many files.
applicant-check-title = Check your answers
applicant-check-lead = You have not applied yet. Check your answers and press “Apply” at the bottom.
applicant-check-total = Fees in all: { $yen } yen
applicant-check-send = Apply
applicant-sent-title = Your application was received
applicant-sent-lead = Your application has reached the city.
applicant-sent-keep = With this number you can see how your application stands. Write it down or print this page.
applicant-sent-mail = We have also sent it by e-mail.
applicant-sent-again = Apply once more
applicant-done-procedure = Procedure
applicant-mail-received-subject = Application received: { $procedure }
applicant-copy-link = See or save what you sent
applicant-copy-title = What you sent
applicant-copy-heading = Copy of the application: { $procedure }
applicant-copy-received = Received on { $day }
applicant-copy-corrected = Corrected on { $day }
applicant-copy-pdf = Save as PDF
applicant-copy-json = Save as data (JSON)
applicant-copy-files = Files you sent
applicant-copy-file = application
applicant-correction-title = Correct your application
applicant-correction-begin = Correct
applicant-correction-send = Send the correction
applicant-correction-back = Back to the status
applicant-mail-received-text =
    { $city } has received your application “{ $procedure }”.

    Receipt number: { $receipt }

    Enter this number under “Status of your application” on the city's website to see how it stands.
    Please do not reply to this mail.

applicant-cases-by-receipt = With a receipt number
applicant-own-drafts = Applications you have begun
applicant-own-draft-kept = Kept until { $day }. You can go on on any device when you sign in.
applicant-own-cases = Your applications
applicant-own-none = Nothing has been applied for with this account yet.
applicant-own-received = Received on { $day }
applicant-own-correct = Something needs to be corrected
applicant-own-correct-until = Something needs to be corrected by { $day }
applicant-own-unread = { $n ->
    [one] { $n } new message
   *[other] { $n } new messages
}
applicant-own-account = If you have an account
applicant-own-sign-in = Sign in to see
applicant-own-sign-in-text = What you applied for while signed in is shown without a receipt number.
applicant-own-join-hint = What you applied for without signing in can be put into your account: open it with its receipt number.
applicant-own-join-heading = Put into your account
applicant-own-join-text = Once this application is in your account, you can see it without the receipt number. If there is no address for mails yet, they go to the address of your account.
applicant-own-join = Put into my account
applicant-done-joined = This application is in your account now.
applicant-mail-heading = Mails
applicant-mail-is-on = When there is a message, a request for a correction or a result, we send a mail to { $email }. It says nothing of what is in your application.
applicant-mail-is-off = You get no mails about this application.
applicant-mail-none = You have not confirmed an e-mail address, so we send no mails. Please look at this page from time to time.
applicant-mail-turn-off = Send no mails
applicant-mail-turn-on = Send mails
applicant-done-mail-on = We send mails about this application.
applicant-done-mail-off = We send no more mails about this application.
applicant-verified = Verified
applicant-verified-support = What is marked “Verified” was filled in with what is known of you. If you change it, it is not verified any more. Please fill in what is empty.
applicant-guide-proof = We need to know who you are
applicant-guide-verify = To apply, let { $name } confirm who you are. You can also apply at the counter of the department.
applicant-guide-verify-sign-in = To apply, let { $name } confirm who you are. If you have an account, sign in first. You can also apply at the counter of the department.
applicant-guide-verify-with = Confirm with { $name }
applicant-guide-taken-over = If you go on, what you entered is saved in your account.
applicant-guide-sign-in = Sign in
applicant-guide-sign-in-text = You can apply without signing in. When you sign in, you can go on on another device and see how it stands without a receipt number.
applicant-guide-signed-in = You are signed in. What you enter and what you apply for is kept in your account.
applicant-code-wait = { $n ->
    [one] You can send another code in { $n } second.
   *[other] You can send another code in { $n } seconds.
}
applicant-notice-subject = News of your application ({ $city })
applicant-notice-message = There is a message from { $city } about your application received on { $received }.
applicant-notice-correction = { $city } asks you to correct something in your application received on { $received }.
applicant-notice-correction-until = { $city } asks you to correct something in your application received on { $received }, by { $day }.
applicant-notice-correction-ends = { $city } has not received the correction of your application received on { $received } yet. The last day is { $day }.
applicant-notice-appointment = { $city } has moved or called off the appointment of your application received on { $received }.
applicant-notice-decided = { $city } has decided your application received on { $received }.
applicant-notice-where =
    See it under “Status of your application” on the city's website: sign in, or enter the receipt number.

    Please do not reply to this mail. If you want no mails, turn them off on that page.
applicant-standing-own = Your application is at this stage: { $stage }
applicant-history-own = Next stage: { $stage }
applicant-table-inventory = The city's procedures
applicant-table-inventory-about = The city's procedures, whether each can be done online (1) or not (0), and how many applications came in the last fiscal year, in all and online. Made every night from the inventory. Counts from 1 to 4, and what would give one away, are left out.
