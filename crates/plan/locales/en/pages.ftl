# Front page and lists
plan-front-own = Plans of the city
plan-front-all = See the plans of other cities, too, and compare
plan-front-own-text = The figures of the plan are computed from the daily records of our services. Select a figure to see the counts behind it.
plan-search-label = Search procedures, places and plans
plan-search-title = Search
plan-search-none = Nothing was found for “{ $query }”. Please try other words.
plan-search-count = “{ $query }”: { $n ->
    [one] { $n } result
   *[other] { $n } results
}
plan-list-title = Plans
plan-list-lead = The plans of the city, and plans of other cities to compare them with.
plan-list-empty = No plan has been published yet.
plan-own-heading = Plans of the city
plan-neighbours-heading = Plans of other cities
plan-neighbours-text = Taken from documents published by other cities.
plan-compare-link = Compare the same indicators
plan-period = { $from } to { $to }
plan-card-counts = Indicators of { $year }: { $achieved } of { $total } achieved
plan-card-missed = ({ $n } missed)
plan-card-structure = { $initiatives ->
    [one] { $initiatives } initiative
   *[other] { $initiatives } initiatives
}, { $indicators ->
    [one] { $indicators } indicator
   *[other] { $indicators } indicators
}

# Overview of a plan
plan-version = Version { $n } (published { $date })
plan-version-number = Version { $n }
plan-results-heading = Results of { $year }
plan-missed = Missed
plan-missed-caption = Indicators that missed their targets
plan-met-caption = Indicators that met their targets
plan-running-heading = { $year } so far
plan-running-text = These figures are from partway through the fiscal year. They become final after it ends.
plan-running-caption = Indicators of this fiscal year
plan-initiatives-heading = Initiatives
plan-initiatives-link = Filter by department or status
plan-initiatives-count = { $n ->
    [one] { $n } initiative
   *[other] { $n } initiatives
}
plan-about-heading = About the plan
plan-downloads-heading = Use the data
plan-downloads-text = The contents of the published version. You may use them freely.
plan-download-pdf = Yearly sheet (PDF)
plan-download-xlsx = All figures (Excel)
plan-download-csv = All figures (CSV)
plan-download-json = Whole plan (JSON)
plan-download-yaml = Whole plan (YAML)
plan-cycle-link = Reviews and improvements
plan-versions-link = Versions and changes
plan-feed-link = Updates (Atom)
plan-feed-title = Updates of the plan
plan-api-link = API for developers
plan-source = Source
plan-place-whole = Whole plan

# Levels of a plan
plan-kind-goal = Goal
plan-kind-policy = Policy
plan-kind-field = Field
plan-kind-measure = Measure
plan-kind-category = Category
plan-kind-large-item = Large item
plan-kind-priority-item = Priority item
plan-kind-theme = Theme
plan-statement-background = Background
plan-statement-position = Position of the plan
plan-statement-vision = Vision
plan-statement-viewpoint = Viewpoints
plan-statement-principle = Principles
plan-statement-promotion-body = Promotion body
plan-statement-cycle = How we proceed (PDCA)
plan-statement-note = Notes
plan-stage-new = New
plan-stage-completed = Completed
plan-stage-new-and-completed = New and completed
plan-stage-merged = Merged
plan-stage-suspended = Suspended

# Headings of tables
plan-column-indicator = Indicator
plan-column-initiative = Initiative
plan-column-planned = Planned
plan-column-actual = Actual
plan-column-status = Status
plan-column-year = Fiscal year
plan-column-number = Number
plan-column-group = Field
plan-column-department = Department
plan-column-phase = Phase
plan-column-version = Version
plan-column-date = Published on
plan-column-reason = Reason
plan-column-changes = Number of changes
plan-column-place = Place
plan-column-field = Item
plan-column-before = Before
plan-column-after = After
plan-column-day = Day
plan-column-quantity = Quantity
plan-column-facts = Number of records
plan-column-channel = Channel
plan-column-subject = Subject
plan-column-numerator = Numerator
plan-column-denominator = Denominator
plan-column-ratio = Ratio
plan-column-done = Carried out
plan-column-answer = Answer
plan-column-counts = Counts in the numerator
plan-column-moment = Date and time
plan-column-record = Original record
plan-column-recorder = Recorded by
plan-column-recorded-at = Recorded at
plan-column-city = City
plan-column-members = Number of cities

# Filters
plan-filter-group = Field
plan-filter-department = Department
plan-filter-status = Status
plan-filter-year = Fiscal year
plan-filter-text = Words
plan-filter-apply = Filter
plan-filter-clear = Clear filters
plan-status-achieved = Achieved
plan-status-on-track = On track
plan-status-behind = Behind or missed
plan-status-cannot-be-judged = Cannot be judged

# Initiative
plan-purpose = Purpose
plan-outcome = Outcome
plan-measure-text = What is measured
plan-lead-departments = Lead departments
plan-related-departments = Related departments
plan-indicators-heading = Indicators
plan-record-heading = Review and improvement
plan-remarks-heading = Remarks on the results
plan-remark = Remark
plan-remark-of = { $year }
plan-schedule-heading = Schedule
plan-schedule-years-unknown = The original document shows the timing only as a drawing, so the fiscal years are not known.
plan-projects-heading = Main related projects
plan-project-results = Results
plan-project-analysis = Analysis
plan-notes-heading = Notes
plan-sheet-download = Sheet of this initiative (PDF)
plan-aim-heading = Aim
plan-groups-below-heading = Parts
plan-chart-title = { $indicator }: planned and actual
plan-figures-caption = { $indicator }: figures by fiscal year
plan-figures-heading = Figures by fiscal year
plan-figures-text = Select an actual figure to see how it was computed and the counts behind it.
plan-baseline = Baseline
plan-baseline-of = Baseline, { $year }

# Figures
plan-not-carried-out = Not carried out
plan-no-figure = No figure
plan-empty = Empty
plan-missing = The number is lost
plan-not-computable = Cannot be computed
plan-no-actual = No actual figure
plan-definition = Definition
plan-unit = Unit
plan-direction = Desired direction
plan-direction-more = More is better
plan-direction-fewer = Fewer is better
plan-direction-keep = Keep the level
plan-direction-at-most = Stay within the target
plan-source-of-figures = Where the figures come from
plan-source-facts = Computed from the daily records of the service
plan-source-document = Figures of the published document
plan-formula-heading = How it is computed
plan-formula-version = Formula, version { $n }
plan-recount-good = Recounted at { $at } from { $facts ->
    [one] { $facts } record
   *[other] all { $facts } records
}: no differences.
plan-recount-differences = Recounted at { $at } from { $facts ->
    [one] { $facts } record
   *[other] all { $facts } records
}: { $differences ->
    [one] { $differences } difference was found. We are looking into it.
   *[other] { $differences } differences were found. We are looking into them.
}
plan-recount-never = Not recounted yet.
plan-figure-title = { $indicator }, { $year }
plan-provisional = This figure is from partway through the fiscal year.
plan-published-same = It was published as { $value } on { $date }, the same as now.
plan-published-differs = It was published as { $value } on { $date }. Records were corrected since, so the figure of now differs.
plan-judgement-heading = Why this status
plan-stated-heading = What the document says
plan-cell-text = Original text
plan-cell = Where it stands
plan-cell-address = { $file }, row { $row }, column { $column }
plan-doubts = Points to review
plan-evidence-heading = Counts given as evidence
plan-evidence = { $numerator } ÷ { $denominator } ({ $text })
plan-trace-heading = Calculation
plan-parts-subjects = Ratio of each subject
plan-parts-departments = State of each department
plan-parts-answers = Answers by kind
plan-done = Yes
plan-not-done = No
plan-counts-yes = Yes
plan-counts-no = No
plan-counts-heading = Daily counts
plan-counts-text = Select a date to see the details of that day.
plan-counts-by-month = { $name } (by month)
plan-counts-month = { $month }: { $total } ({ $days ->
    [one] { $days } day
   *[other] { $days } days
} with records)
plan-counts-total = Total of this fiscal year: { $total }
plan-counts-sources = Pages about what was counted:
plan-counts-source = See the page about what was counted
plan-selection-subjects = { $n } subjects
plan-counts-none = There are no records for this fiscal year.
plan-selection-filtered = { $name } ({ $filters })
plan-month = { NUMBER($month) ->
    [1] Jan { $year }
    [2] Feb { $year }
    [3] Mar { $year }
    [4] Apr { $year }
    [5] May { $year }
    [6] Jun { $year }
    [7] Jul { $year }
    [8] Aug { $year }
    [9] Sep { $year }
    [10] Oct { $year }
    [11] Nov { $year }
   *[12] Dec { $year }
}
plan-day-title = { $indicator }: counts of { $day }
plan-day-text = The records of this day, counted by department, channel and subject. They contain no personal data.
plan-records-heading = Original records
plan-records-caption = Records of { $name }
plan-records-cut = { $n ->
    [one] Only the first record is shown.
   *[other] Only the first { $n } records are shown.
}
plan-record-corrects = Cancels record { $n }
plan-records-not-allowed = Only authorised staff can open the original records.
plan-channel-online = Online
plan-channel-counter = Counter
plan-channel-paper = Paper or post
plan-channel-phone = Phone
plan-channel-system = System
plan-channel-unknown = Unknown

# Why a figure needs review
plan-doubt-slid-row = The cells of this row seem to be shifted.
plan-doubt-fewer-numbers-than-names = The cell has fewer numbers than names of indicators.
plan-doubt-several-numbers = There are several numbers, and it is not clear which one is the actual figure.
plan-doubt-unit-differs = The unit differs from other fiscal years, or is not given.
plan-doubt-unit-missing = No unit is given.
plan-doubt-unit-does-not-suit = The unit does not suit the indicator.
plan-doubt-words-for-number = Words stand where a number is expected.
plan-doubt-read-from-prose = The number was read from within a text.
plan-doubt-note-contradicts = According to a note, the number may mean something else.
plan-doubt-number-lost = The number is lost in the original document.
plan-doubt-left-over = A part could not be read.
plan-doubt-year-unclear = The fiscal year is not clear.
plan-doubt-name-inferred = The name of the indicator was inferred from what stands around it.
plan-doubt-label-unknown = The heading is not known.
plan-doubt-said-twice-differently = The document gives the same figure in two different ways.
plan-doubt-hidden-sheet = The figure stands in a hidden sheet.

# Versions
plan-versions-text = Published versions are kept as they are.
plan-changes-heading = What changed
plan-nothing-there = (none)
plan-removed = (removed)
plan-version-first = No changes are recorded.
plan-version-download = The whole of this version (YAML)
plan-field-title = Title
plan-field-number = Number
plan-field-summary = Summary
plan-field-purpose = Purpose
plan-field-outcome = Outcome
plan-field-measure-text = What is measured
plan-field-schedule = Schedule
plan-field-lead-departments = Lead departments
plan-field-related-departments = Related departments
plan-field-remarks = Remarks
plan-field-notes = Notes
plan-field-texts = Other texts
plan-field-projects = Related projects
plan-field-stage = Life stage
plan-field-marks = Marks
plan-field-name = Name
plan-field-definition = Definition
plan-field-unit = Unit
plan-field-direction = Desired direction
plan-field-formula = Formula
plan-field-text = Description
plan-field-aim = Aim
plan-field-kind = Kind
plan-field-statements = About the plan
plan-field-period = Period
plan-field-version = Version
plan-field-source = Source
plan-field-publisher = Publisher
plan-field-evidence = Evidence
plan-field-doubts = Points to review

# Comparison
plan-compare-title = Compare the same indicators between cities
plan-compare-text = Indicators with the same name and unit, confirmed by staff to be the same.
plan-compare-none = There are no indicators to compare yet.
plan-compare-caption = Comparison of { $name }
plan-compare-note = Cities may define or count things differently. Please also see the definitions below.
plan-compare-definitions = Definitions

plan-evidence-warning = Does not follow from the counts
plan-projection-heading = Outlook for the target year
plan-projection-chart = { $indicator }: outlook
plan-quality-heading = How reliable the figures are
