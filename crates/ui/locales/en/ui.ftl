# Frame of the page
ui-skip-to-content = Skip to main content
ui-language = Language
ui-menu = Menu
ui-services = Services
ui-desk-menu = Work
ui-breadcrumb = You are here
ui-sign-in = Sign in
ui-sign-out = Sign out
ui-to-home = To the home page
ui-title-error = Error: {""}

# Form controls
ui-required = (required)
ui-optional = (optional)
ui-read-only = Read only
ui-choose = Choose one
ui-year = Year
ui-month = Month
ui-day = Day
ui-date-support = For example: 2024 4 1
ui-search = Search
ui-file-limit-size = Up to { $size } per file
ui-file-limit-count = Up to { $n } files
ui-file-limit-kinds = Accepted formats: { $kinds }
ui-error-summary = Please check what you entered
ui-error-summary-count = { $n ->
    [one] There is { $n } thing to correct.
   *[other] There are { $n } things to correct.
}

# Common words
ui-save = Save
ui-cancel = Cancel
ui-delete = Delete
ui-edit = Edit
ui-back = Back
ui-next = Next
ui-confirm = Review
ui-close = Close
ui-yes = Yes
ui-no = No
ui-all = All
ui-details = Details
ui-none = None
ui-download = Download
ui-filter-table = Filter this table
ui-filter-table-result = Rows shown: { $n }


# Tables and pages
ui-pagination = Pages
ui-previous-page = Previous
ui-next-page = Next
ui-page-number = Page { $n }
ui-page-of = { $first }–{ $last } of { $total }

# Steps
ui-steps = Steps
ui-step-completed = done
ui-step-editing = now
ui-step-error = has errors
ui-step-skipped = skipped
ui-step-reached = to do

# Status
ui-status-achieved = Achieved
ui-status-on-track = On track
ui-status-behind = Behind
ui-status-cannot-judge = Cannot be judged
ui-status-review = Needs review
ui-status-ended = Ended

# Charts
ui-chart-planned = Planned
ui-chart-actual = Actual
ui-chart-published = As published
ui-chart-projection = Projection
ui-chart-range = Range of the projection
ui-chart-year = Fiscal year
ui-chart-no-figure = No figure
ui-chart-table = Figures of the chart
ui-chart-unit = Unit: { $unit }
ui-chart-range-of = { $low } to { $high }
ui-chart-summary = { $title }. From { $first } to { $last }.
ui-chart-latest = Latest: { $value } in { $year }.
ui-share-of = { $part } of { $whole }

# Numbers and dates
ui-fiscal-year = FY{ $year } ({ $wareki })
ui-fiscal-year-short = FY{ $year }

# Error pages
ui-error-code = Error
ui-error-reference = Reference number
ui-error-400-title = This could not be accepted
ui-error-400-what = Part of what was sent could not be read.
ui-error-400-mend = Go back, check what you entered and try again.
ui-error-401-title = Please sign in
ui-error-401-what = You need to sign in to see this page.
ui-error-401-mend = If you had signed in, your session has ended. Please sign in again.
ui-error-403-title = You cannot see this page
ui-error-403-what = Your role does not allow you to open this page or do this.
ui-error-403-mend = If you need it for your work, ask the administrator of your department for the role.
ui-error-404-title = Page not found
ui-error-404-what = This page has moved, no longer exists, or the address is wrong.
ui-error-404-mend = Check the address, or start from the home page or the search.
ui-error-405-title = This cannot be done here
ui-error-405-what = This address does not accept what was asked.
ui-error-405-mend = Go back and use the buttons on the page.
ui-error-409-title = Somebody else changed this
ui-error-409-what = While you had it open, somebody else changed the same thing.
ui-error-409-mend = Open it again and repeat your change. What you entered has not been saved.
ui-error-413-title = The file is too large
ui-error-413-what = What was sent is larger than can be accepted.
ui-error-413-mend = Split the file or make it smaller, and try again.
ui-error-429-title = Too many requests
ui-error-429-what = There were many requests in a short time.
ui-error-429-mend = Wait about a minute and try again.
ui-error-500-title = Something went wrong
ui-error-500-what = There was a problem inside the system. What you entered has not been saved.
ui-error-500-mend = Wait a moment and try again. If it goes on, tell the office the reference number.
ui-error-503-title = Not available now
ui-error-503-what = The system is being maintained or is busy.
ui-error-503-mend = Wait a moment and try again.
ui-template-failed = The page could not be made.

# Maps
ui-map-open = Choose on the map
ui-map-instead = Should the map not be shown, the list says the same.
ui-map-legend = Signs on the map
ui-map-pin = The chosen place
ui-map-here = Set the pin in the middle of the map (+)
ui-map-placed = The pin is set.
ui-map-zoom-in = Zoom in
ui-map-zoom-out = Zoom out
ui-map-locate = Show where I am
ui-map-locate-failed = Your position cannot be used
ui-map-gesture-control = Hold Ctrl and scroll to zoom the map
ui-map-gesture-command = Hold ⌘ and scroll to zoom the map
ui-map-gesture-fingers = Move the map with two fingers
ui-map-opacity = How strong: { $name }
ui-map-steps = Point in time: { $name }
ui-map-measure = Measure a distance
ui-map-measure-end = Stop measuring
ui-map-measure-point = Add the middle of the map
ui-map-measure-how = Press the points on the map one after the other.
ui-map-share = Copy the link to this map
ui-map-shared = The link was copied.
ui-map-draw = Draw on the map
ui-map-draw-area = Draw an area
ui-map-draw-line = Draw a line
ui-map-draw-how = Press the corners one after the other. Press the last one again to finish.
ui-map-draw-move = Move corners
ui-map-draw-move-how = Drag a corner. Drag a point between two corners to add one.
ui-map-draw-erase = Delete corners
ui-map-draw-erase-how = Press the corner to delete.
ui-map-draw-middle = Make the middle of the map (＋) the next corner
ui-map-draw-corners = Corners:
ui-map-draw-cannot = This shape cannot be drawn on the map. Change it in the box.
ui-map-undo = Undo
ui-map-redo = Redo

# Distances
ui-metres = { $n } metres
ui-kilometres = { $n } km

# Disasters
ui-emergency-more = See the situation

ui-copy-title = There is no connection. This is the page as it was when you opened it before
ui-copy-text = What changed since then is not shown.
ui-copy-again = Load it again
ui-copy-at = Loaded on

# Near a place
ui-near = Near which place?
ui-near-support = Address, name of a facility, or latitude and longitude (such as 中央1丁目2-3, 中央公民館, 34.4000, 135.0000)
ui-near-support-point = Latitude and longitude (such as 34.4000, 135.0000)
ui-near-which = Which of these places? Choose one.
ui-near-unknown = No such place was found. Try other words, or latitude and longitude.
ui-near-no-point = Write latitude and longitude, such as 34.4000, 135.0000.
ui-position = Use my position
ui-position-waiting = Looking for your position.
ui-position-found = Your position was filled in.
ui-position-refused = Your browser does not allow using the position.
ui-position-failed = Your position could not be found.
