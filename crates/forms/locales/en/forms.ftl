# What is wrong with an answer, and what to do.

forms-problem-fill-in = Fill in { $label }.
forms-problem-choose = Choose an answer for { $label }.
forms-problem-choose-more = Choose at least { $n } for { $label }.
forms-problem-choose-fewer = Choose at most { $n } for { $label }.
forms-problem-send-file = Choose a file for { $label }.
forms-problem-fewer-files = { $label } takes at most { $n } files. Remove some.
forms-problem-consent = To agree to “{ $label }”, tick the box.
forms-problem-declaration = Confirm “{ $label }” by ticking the box.
forms-problem-add-entry = Fill in at least one { $label }.
forms-problem-more-entries = { $label } needs at least { $n }. Press “Add { $entry }” and fill it in.
forms-problem-fewer-entries = { $label } takes at most { $n }. Remove some.
forms-problem-send-again = Check { $label } once more, then press “Next”.
forms-problem-too-long = { $label } may have at most { $n } characters (it has { $typed }).
forms-problem-characters = { $label } contains control characters. Type it again.
forms-problem-katakana = Write { $label } in katakana.
forms-problem-digits = Write { $label } in digits only.
forms-problem-alphanumeric = Write { $label } in letters, digits and hyphens.
forms-problem-corporate-number = Write the 13 digits of the corporate number for { $label }. Check the digits.
forms-problem-phone = Write { $label } with the area code, for example 06-1234-5678 or 090-1234-5678.
forms-problem-email = Write { $label } in the form name@example.jp.
forms-problem-number = Write { $label } as a number, for example 12.
forms-problem-whole-number = Write { $label } as a whole number.
forms-problem-places = Write { $label } with at most { $n } decimal places.
forms-problem-yen = Write { $label } in whole yen, for example 1500.
forms-problem-at-least = { $label } must be { $n } or more.
forms-problem-at-most = { $label } must be { $n } or less.
forms-problem-name = Fill in the family name or the given name of { $label }.
forms-problem-name-kana-missing = Fill in how { $label } is read, in katakana.
forms-problem-name-kana = Write the reading of { $label } in katakana.
forms-problem-name-characters = { $label } is too long or contains control characters. Use at most 100 characters.
forms-problem-date = Write { $label } like 2023-04-01 or 令和5年4月1日.
forms-problem-date-part = Fill in year, month and day of { $label }.
forms-problem-date-numbers = Write year, month and day of { $label } in digits.
forms-problem-date-era = For { $label }, choose the era or write the western year with four digits.
forms-problem-date-missing-day = The date of { $label } does not exist. Check year, month and day.
forms-problem-date-early = { $label } must be { $day } or later.
forms-problem-date-late = { $label } must be { $day } or earlier.
forms-problem-postal-missing = Fill in the postal code of { $label }.
forms-problem-postal = Write the postal code of { $label } with seven digits, for example 564-8550.
forms-problem-prefecture = Choose the prefecture of { $label }.
forms-problem-city = Fill in the city of { $label }.
forms-problem-town = Fill in the town of { $label }.
forms-problem-address = Write each part of { $label } on one line with at most 200 characters.
forms-problem-slot = Choose one of the free times for { $label }.
forms-problem-place = Write { $label } on one line with at most 400 characters.
forms-problem-coordinates = Write the coordinates of { $label } like 34.7594, 135.5168: latitude first. Leave them empty if you do not know them.
forms-problem-bank-code = Write the bank code of { $label } with four digits.
forms-problem-branch-code = Write the branch code of { $label } with three digits.
forms-problem-account-kind = Choose the kind of account of { $label }.
forms-problem-account-number = Write the account number of { $label } with seven digits. If it is shorter, put zeros in front.
forms-problem-yucho = Write the symbol (記号, five digits) and the number (番号, up to eight digits) of { $label } as in the passbook.
forms-problem-holder = Write the account holder of { $label } in katakana, as in the passbook. Kanji cannot be used.
forms-problem-holder-long = The account holder of { $label } may have at most 30 characters (a voiced mark counts as one). Shorten it as the passbook does.

# Files

forms-file-too-large = “{ $name }” is too large. Choose a file of at most { $mib } MB.
forms-file-empty = “{ $name }” is empty. Choose another file.
forms-file-type = “{ $name }” is of a kind that cannot be taken. Choose { $kinds }.
forms-file-damaged = “{ $name }” is damaged or cannot be opened. Choose another file.
forms-file-protected = “{ $name }” is protected by a password. Remove the password first.
forms-file-image-large = The picture “{ $name }” has too many pixels. Make it smaller (at most 50 million pixels).
forms-file-virus = “{ $name }” cannot be taken: a virus was found in it. Please send another file.
forms-file-scan-unavailable = Files cannot be taken at the moment, because they cannot be checked for viruses. Please try again a little later. What you entered is kept.
forms-file-kind-image = a picture (JPEG, PNG, WebP)
forms-file-kind-pdf = a PDF
forms-file-kind-sheet = a sheet (XLSX, CSV)
forms-file-kind-document = a document (DOCX)

# Why an expression has no value

forms-failure-unanswered = It uses a question that was not answered.
forms-failure-wrong-type = It gives the wrong kind of value: a condition must be true or false, a fee a whole number.
forms-failure-division-by-zero = It divides by zero.
forms-failure-too-large = Its value is too large.
forms-failure-does-not-fit = It compares or computes with things that do not go together, such as a number and a text.
forms-failure-no-such-part = It uses a part that the answer does not have.

# Checking a form: what must be mended before it goes live

forms-finding-too-many = There are too many { $what }. Keep to { $n }.
forms-finding-no-pages = The form has no page. Add one.
forms-finding-page-twice = The page key “{ $key }” is used twice. Choose another.
forms-finding-page-empty = The page asks nothing. Add a question or remove the page.
forms-finding-key-twice = The key “{ $key }” is used at { $other } as well. Choose another.
forms-finding-key-reserved = “{ $key }” has another meaning in expressions. Choose another key.
forms-finding-options = There are no options, too many, or two with the same value. Give each option a value of its own.
forms-finding-nobody-passes = Every answer stops here. Let at least one go on.
forms-finding-group-in-group = A group cannot stand inside a group. Move it out.
forms-finding-slot-in-group = A time cannot be asked for inside a group. Move it out.
forms-finding-two-slots = A form asks for one time only. Keep either this one or "{ $other }".
forms-finding-slot-of-what = Say which facility and what of it the time is taken of.
forms-finding-slot-days = The days ahead must be between 1 and { $n }.
forms-finding-max-length = The most characters must be between 1 and { $n }.
forms-finding-day-limit = The limit “{ $text }” cannot be read. Write it like 2020-04-01, today, +30 or -1.
forms-finding-range = The lower limit is above the upper limit. Correct the range.
forms-finding-places = At most three decimal places are possible.
forms-finding-accept = No kind of file is accepted. Choose at least one.
forms-finding-file-limits = The size must be 1 to { $mib } MiB and the number of files 1 to { $files }.
forms-finding-group-limits = The least entries must not exceed the most, the most must be 1 to { $n }, and the group must ask something.
forms-finding-expression-empty = The expression is empty. Write it or remove it.
forms-finding-expression-long = The expression is too long. Keep to { $n } characters and move parts to “computed”.
forms-finding-expression-deep = The brackets go too deep. Move parts to “computed”.
forms-finding-expression-parts = The expression has too many parts. Keep to { $n } and move parts to “computed”.
forms-finding-expression-loops = all, exists, map and filter may stand in each other only once.
forms-finding-expression-strange = The expression uses something that forms do not know.
forms-finding-expression-unreadable = The expression “{ $expression }” cannot be read from character { $column } on. Check that brackets and quotes are closed and operators such as == and && are right ({ $reason }).
forms-finding-unknown-function = There is no function “{ $name }”. There are { $known }.
forms-finding-pattern = Write the pattern of matches between quotation marks, as a regular expression of at most 200 characters.
forms-finding-unknown-name = There is no “{ $name }”, which the expression uses. Check the spelling of the key.
forms-finding-before-name = “{ $name }” is a question before the start; its answer is not kept. Ask it within the form.
forms-finding-inside-group = “{ $name }” is a question inside the group “{ $group }”. From outside, write “{ $group }.exists(x, x.{ $name } == …)”.
forms-finding-unknown-field = There is no field “{ $name }” for this check. Name a field of the form.
forms-finding-circle = Conditions or computed values wait for each other ({ $circle }). Take one of them out.
forms-finding-later = The condition uses “{ $name }”, which is asked later. Move “{ $name }” to an earlier page.
forms-finding-unknown-option = The expression compares “{ $name }” with “{ $value }”, which is no option of it: it never holds. Use the value of an option.
forms-finding-fails = This expression has no value even when everything is answered. { $reason }
forms-finding-text-missing = A text is empty. Write it in Japanese.

# Checking a form: what somebody should look at

forms-finding-easy-missing = “{ $text }” has no easy Japanese (easy).
forms-finding-english-missing = “{ $text }” has no English (en).
forms-finding-hard-word = Residents may not understand “{ $word }”. Say “{ $plain }” or the like.
forms-finding-long-sentence = The sentence “{ $text }” has more than { $n } characters. Make two of it.
forms-finding-no-reading = Give the reading of “{ $word }” in the easy Japanese.
forms-finding-asked-twice = “{ $label }” is asked at “{ $other }” as well. Ask once.
forms-finding-no-purpose = “{ $label }” is personal data. Say what it is needed for (purpose).
forms-finding-individual-number = The individual number (マイナンバー) cannot be collected with this form. Remove the question.

# Controls

forms-longest = Up to { $n } characters.
forms-yen = yen
forms-i-agree = I agree
forms-i-declare = The above is correct
forms-family = Family name
forms-given = Given name
forms-family-kana = Family name in katakana
forms-given-kana = Given name in katakana
forms-postal-code = Postal code
forms-look-up = Fill in the address
forms-look-up-code = Write the seven digits of the postal code first, then press “Fill in the address”.
forms-look-up-unknown = No address was found for this postal code. Please go on and type the address.
forms-look-up-filled = The address is filled in. Go on with the block and number.
forms-look-up-filled-city = The address is filled in up to the city. Go on with the town, block and number.
forms-look-up-several = { $n } addresses have this postal code. Choose the right one.
forms-prefecture = Prefecture
forms-city = City or ward
forms-town = Town (chome)
forms-block = Block and number
forms-building = Building and room (if any)
forms-slot = { $day }, { $from }–{ $to }
forms-slot-day = { $weekday }, { $day }
forms-slot-time = { $from }–{ $to }
forms-slot-free = ({ $n } free)
forms-slot-none = No time can be booked now. Try again later or ask the section.
forms-slot-later = The applicant chooses from the free times.
forms-weekday-1 = Monday
forms-weekday-2 = Tuesday
forms-weekday-3 = Wednesday
forms-weekday-4 = Thursday
forms-weekday-5 = Friday
forms-weekday-6 = Saturday
forms-weekday-7 = Sunday
forms-place-description = Address or landmark
forms-place-coordinates = Latitude and longitude (if you know them)
forms-place-coordinates-hint = For example 34.7594, 135.5168
forms-position = Use this device’s position
forms-position-waiting = Finding the position …
forms-position-found = The position of this device is filled in. An address or landmark alone is enough too.
forms-position-refused = The position may not be used. Please type an address or landmark.
forms-position-failed = The position could not be found. Please type an address or landmark.
forms-place-map = Map to choose the place
forms-place-map-shown = Map of the place
forms-place-elsewhere = Open on the map of the Geospatial Information Authority (GSI)
forms-era = Calendar or era
forms-western = Western calendar
forms-date-hint = For example 2023 4 1, or 令和 5 4 1
forms-bank-code = Bank code
forms-bank-code-hint = Four digits; see your passbook, cash card or the bank's website.
forms-branch-code = Branch code (three digits)
forms-account-kind = Kind of account
forms-account-ordinary = Ordinary (普通)
forms-account-current = Current (当座)
forms-account-savings = Savings (貯蓄)
forms-account-number = Account number
forms-account-number-hint = Seven digits; if it is shorter, put zeros in front.
forms-holder = Account holder in katakana
forms-holder-hint = As in your passbook, for example スイタ ハナコ
forms-yucho = Use the symbol and number of Japan Post Bank (ゆうちょ銀行)
forms-yucho-hint = Leave bank code, branch code and account number above empty.
forms-yucho-symbol = Symbol (記号, five digits)
forms-yucho-number = Number (番号, up to eight digits)
forms-sent-files = Files sent
forms-remove-file = Remove “{ $name }”
forms-entry = { $entry } { $n }
forms-entry-label = { $entry }: { $label }
forms-add-entry = Add { $entry }
forms-remove-entry = Remove { $entry } { $n }

# The answers

forms-not-answered = (not answered)
forms-change = Change { $page }
forms-computed = Worked out
forms-fees = Fees
forms-fees-total = Total
forms-amount = ¥{ $n }
forms-account = Bank code { $bank }, branch code { $branch }, { $kind } { $number }, { $holder }
forms-find-place = Find the position of the address
forms-find-place-words = Write the address first, then press “Find the position of the address”.
forms-find-place-none = The address was not found. You can go on with a description alone.
forms-find-place-filled = The position of the address is filled in.
forms-find-place-several = Addresses like it were found. Choose yours if it is among them.
