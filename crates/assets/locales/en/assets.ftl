assets-menu = City equipment
assets-menu-summary = Find where the city keeps AEDs, Wi-Fi spots, street cameras and more.
assets-title = City equipment
assets-lead = Find where the city keeps AEDs, Wi-Fi spots, street cameras and more.
assets-kind = Kind
assets-name = Name
assets-words = Search by words
assets-by-place = Search nearby
assets-near-map = Map to pick the place
assets-within = Distance
assets-distance = Distance
assets-find = Filter
assets-count = { $count } found
assets-map = Map of equipment
assets-map-list = List of equipment
assets-map-place = Map of the place
assets-geojson = Data of this list (GeoJSON)
assets-uptime = In { $month } they worked { $share } of the time.
assets-yes = Yes
assets-no = No
assets-state-planned = Planned
assets-state-in-service = In service
assets-state-out-of-service = Out of service
assets-state-removed = Removed
assets-column-number = Number
assets-column-name = Title
assets-column-place = Place
assets-column-point = Latitude, longitude
assets-column-state = State
assets-column-department = Department code
assets-column-installed-on = Installed on
assets-column-mail = Addresses told of alerts
assets-problem-required = Please fill this in.
assets-problem-long = Too long: a number has at most 40 letters, anything else 200.
assets-problem-point = Write latitude and longitude like "34.7594, 135.5168".
assets-problem-department = It cannot be put down for this department. Check the department's code.
assets-problem-day = Write the day like "2026-04-01".
assets-problem-number = Write a number.
assets-problem-flag = Write "Yes" or "No".
assets-problem-choice = Choose one of the options.
assets-problem-choice-of = Write one of these: { $choices }.
assets-problem-mail = Write at most 10 mail addresses with commas between.
assets-problem-state = Write one of: Planned, In service, Out of service, Removed.
assets-problem-turn = It cannot come into this state from the present one.
assets-table-no-header = There is no header row. Write headings such as "Number" and "Title" in the first row.
assets-table-unknown-column = This kind has no such column. Mend the heading or remove the column.
assets-table-column-twice = The column is there twice. Remove one.
assets-table-number-twice = Two rows have the same number. Mend one.
assets-table-empty = There is no row. Write at least one below the headings.
assets-table-more = There are { $n } more.
assets-table-mistake = row { $row }, column { $column } "{ $cell }": { $sentence }
assets-rule-silent = No word from the device
assets-rule-range = { $value } is out of range
assets-mail-subject = { $city }: { $kind }: { $rule }
assets-mail-opened = Something is wrong with { $kind }.

    What: { $rule }
    Found at: { $at }
    Devices: { $n }
assets-mail-escalated = Nobody has taken up an alert of { $kind } yet.

    What: { $rule }
    Looked at: { $at }
    Devices: { $n }
assets-mail-more = There are { $n } more.
assets-mail-place = Place: { $place }
assets-mail-point = Latitude and longitude: { $point }
assets-mail-where = Staff: please press "Take up" on this page:
assets-finding-twice = the key is there twice. Change one
assets-finding-reserved = the key is the name of a column that every kind has. Choose another
assets-finding-options = options are for the type choice, which needs at least one
assets-finding-unit = a unit is for the type number
assets-finding-inspection = months between inspections are 1 to 1,200
assets-finding-minutes = minutes are 1 to 10,080, and silent_after_minutes is not less than every_minutes
assets-finding-escalation = write both escalate_after_minutes and escalate_to, or neither
assets-finding-range = least must not be more than most
assets-finding-mail = this is no mail address
assets-finding-vehicles = with vehicles, write public: true, too
assets-place-at = where it was at { $time }
assets-now = Now
assets-problem-other-department = it belongs to a department in which you do not work. Let that department bring it in.
assets-photo = Photo
assets-finding-photos = photos of a kind that is not public cannot be public. Set public: true, or leave public_photos out
assets-errand = Inspect: { $kind } { $number } { $name }
