applicant-menu = Procedures
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
applicant-email-lead = We send the receipt and the result by e-mail.
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
applicant-code-expired = The code has expired. Send a new one.
applicant-code-too-many = Too many codes were sent. Delete what you entered and start again.
applicant-code-mail-subject = Your code ({ $city })
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
applicant-code-mail-text =
    Enter this code on the page of “{ $procedure }” ({ $city }).

    { $code }

    It can be used for 30 minutes. If you did not ask for it, throw this mail away.
applicant-mail-received-text =
    { $city } has received your application “{ $procedure }”.

    Receipt number: { $receipt }

    Enter this number under “Status of your application” on the city's website to see how it stands.
    Please do not reply to this mail.
