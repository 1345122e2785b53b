# Why there is no figure
measuring-not-computable-entered = This indicator is entered by hand. Please enter the figure with its evidence.
measuring-not-computable-future = { $year } has not begun yet.
measuring-not-computable-no-facts = There are no records of “{ $measure }” for { $year }.
measuring-not-computable-denominator = The denominator is { $denominator }, so there is no ratio.
measuring-not-computable-no-subjects = Nothing has a denominator above zero, so there is no mean.
measuring-not-computable-base-missing = The base year ({ $year }) has no figure. Please enter a base value.
measuring-not-computable-base = The value of the base year ({ $year }) is { $base }, so there is no growth in percent.
measuring-not-computable-departments-unknown = The departments of { $year } are not known. Please enter their number in the formula.
measuring-not-computable-departments-too-many = { $did } departments qualify, more than the { $of } in the formula. Please correct the formula.
measuring-not-computable-too-large = The value is too large to be written. Please check the quantities recorded.

# Formula
measuring-formula-count = number of { $what } in the year
measuring-formula-sum = sum of { $what } in the year
measuring-formula-stock = total of { $what } up to the end of the year
measuring-formula-maximum = largest of { $what } in the year
measuring-formula-ratio = { $numerator } ÷ { $denominator } × 100 (in the year)
measuring-formula-ratio-year-end = { $numerator } ÷ { $denominator } × 100 (at the end of the year)
measuring-formula-mean = mean of “{ $numerator } ÷ { $denominator } × 100” of each subject (in the year)
measuring-formula-mean-year-end = mean of “{ $numerator } ÷ { $denominator } × 100” of each subject (at the end of the year)
measuring-formula-growth = change of { $what } since { $year } in percent (sums in the year)
measuring-formula-growth-year-end = change of { $what } since { $year } in percent (at the end of the year)
measuring-formula-departments = departments with at least one { $what } ÷ all departments at the end of the year × 100
measuring-formula-departments-of = departments with at least one { $what } ÷ { $of } departments × 100
measuring-formula-survey = answers { $answers } to “{ $measure }” ÷ all answers × 100
measuring-formula-entered = entered by hand with evidence
measuring-selection = “{ $measure }”
measuring-selection-filtered = “{ $measure }” ({ $filters })
measuring-filter-departments = departments: { $list }
measuring-filter-channels = channels: { $list }
measuring-filter-subjects = subjects: { $list }
measuring-rounding-half-up = rounded half up, decimal places: { $places }
measuring-rounding-cut-off = cut off, decimal places: { $places }
measuring-rounding-up = rounded up, decimal places: { $places }

# Steps
measuring-trace-count = Records in { $year }: { $facts }
measuring-trace-sum = Sum of { $facts } records in { $year }: { $quantity }
measuring-trace-stock = Total of { $facts } records since { $since }: { $quantity }
measuring-trace-ratio = { $numerator } ÷ { $denominator } × 100
measuring-trace-mean = Mean of the ratios of { $n } subjects (nothing is rounded on the way)
measuring-trace-growth = ({ $current } − { $base }) ÷ { $base } × 100 (base: { $year })
measuring-trace-growth-given = ({ $current } − { $base }) ÷ { $base } × 100 (base: { $year }, value entered in the formula)
measuring-trace-maximum = Largest of { $facts } records: { $quantity }
measuring-trace-until = Records up to { $date }
measuring-trace-exact = = { $value }
measuring-trace-half-up = = { $unrounded }, rounded half up to { $value }
measuring-trace-cut-off = = { $unrounded }, cut off to { $value }
measuring-trace-up = = { $unrounded }, rounded up to { $value }
measuring-trace-half-up-endless = = { $unrounded }…, rounded half up to { $value }
measuring-trace-cut-off-endless = = { $unrounded }…, cut off to { $value }
measuring-trace-up-endless = = { $unrounded }…, rounded up to { $value }
measuring-trace-provisional = { $year } is not over yet; this figure is provisional.
measuring-note-numerator-without-facts = There are no records of “{ $measure }”, so the numerator is 0.
measuring-note-over-hundred = The numerator is larger than the denominator.
measuring-note-subjects-left-out = Subjects without a denominator, left out of the mean: { $n }
measuring-note-without-subject = Records that name no subject are left out of the mean.
measuring-note-departments-outside = Departments that no longer exist at the end of the year, not counted: { $n }
measuring-note-unanswered = Records without an answer, in neither numerator nor denominator: { $n }

# Status
measuring-status-achieved = Achieved
measuring-status-on-track = On track
measuring-status-behind = Behind or missed
measuring-status-cannot-be-judged = Cannot be judged
measuring-direction-more = more is better
measuring-direction-fewer = fewer is better
measuring-direction-keep = keep
measuring-direction-at-most = at most
measuring-direction-by-qualifier = Direction read from the word beside the target: { $direction }.
measuring-direction-by-baseline = Direction read from baseline and target: { $direction }.
measuring-direction-by-targets = Direction read from the targets of the years: { $direction }.
measuring-judged-more-met = { $actual } reaches the target of { $target } for { $year }.
measuring-judged-more-missed = { $actual } does not reach the target of { $target } for { $year }.
measuring-judged-at-most-met = { $actual } is within the target of { $target } for { $year }.
measuring-judged-at-most-missed = { $actual } is above the target of { $target } for { $year }.
measuring-judged-keep-met = { $actual } keeps the target of { $target } for { $year }.
measuring-judged-keep-missed = { $actual } differs from the target of { $target } for { $year }.
measuring-judged-line-on-track = { $actual } is in line with the { $expected } expected by now.
measuring-judged-line-behind = { $actual } falls short of the { $expected } expected by now.
measuring-judged-line-from-baseline = Expected is the straight line from the baseline { $start } ({ $startyear }) to the target { $target } ({ $year }). A gap of up to { $percent }% counts as on track.
measuring-judged-line-from-actual = Expected is the straight line from the first figure { $start } ({ $startyear }) to the target { $target } ({ $year }). A gap of up to { $percent }% counts as on track.
measuring-judged-share-of-year = Expected follows from the target { $target } ({ $year }) and the days of the year gone. A gap of up to { $percent }% counts as on track.
measuring-unjudged-no-actual = There is no figure for { $year }.
measuring-unjudged-no-actual-yet = There is no figure for { $year } yet.
measuring-unjudged-actual-dash = The figure for { $year } is “-”, and the document does not say why.
measuring-unjudged-actual-not-carried-out = Not carried out in { $year }.
measuring-unjudged-actual-no-figure = The document says that no figure exists for { $year }.
measuring-unjudged-actual-words = The result for { $year } is given in words, not as a number.
measuring-unjudged-actual-missing = The number for { $year } is lost in the original document.
measuring-unjudged-no-target = No target is set.
measuring-unjudged-target-words = The target is given in words, not as a number.
measuring-unjudged-target-missing = The number of the target is lost in the original document.
measuring-unjudged-target-no-figure = The target for { $year } has no number.
measuring-unjudged-direction-unknown = It is not known whether more or fewer is better. Please set the direction of the indicator.
measuring-unjudged-no-start = The target lies ahead, and there is neither a baseline nor an earlier figure to compare with.
measuring-unjudged-still-accumulating = The year is still being counted, so it is too early to say whether the level is kept.
measuring-overridden = Set to “{ $status }” by { $by } ({ $date }). Reason: { $reason }
measuring-overridden-computed = By the figures alone it would be “{ $status }”.


# Projection
measuring-projection-likely = If the past goes on, the target of { $target } for { $year } will probably be reached.
measuring-projection-open = If the past goes on, it is open whether the target of { $target } for { $year } will be reached.
measuring-projection-unlikely = If the past goes on, the target of { $target } for { $year } will probably not be reached.
measuring-projection-range = Projected for { $year }: { $value } ({ $low } to { $high } with { $percent }% probability).
measuring-projection-limits = A straight line through the figures of { $n } years. What only begins now is not in it.
measuring-no-projection-too-few = Years with a figure: { $n }. A projection needs at least { $of }.
measuring-no-projection-reached = The target year has its figure, so there is nothing to project.
measuring-no-projection-too-far = The target year lies more than { $years } years after the last figure, too far to project.
measuring-no-projection-too-large = The figures are too large to be projected.

# Check of published figures
measuring-arithmetic-follows = The published { $published } follows from the counts stated for it.
measuring-arithmetic-half-up-only = The published { $published } is rounded half up (cut off it would be { $cutoff }).
measuring-arithmetic-cut-off-only = The published { $published } is cut off (rounded half up it would be { $halfup }).
measuring-arithmetic-up-only = The published { $published } is rounded up (half up it would be { $halfup }, cut off { $cutoff }).
measuring-arithmetic-does-not-follow = The published { $published } does not follow from the counts stated for it (half up it would be { $halfup }, cut off { $cutoff }).
measuring-arithmetic-quotient = { $numerator } ÷ { $denominator } gives { $quotient }.
measuring-arithmetic-quotient-endless = { $numerator } ÷ { $denominator } gives { $quotient }….
measuring-arithmetic-mixed = This document rounds some figures one way and some another.
measuring-arithmetic-common = All figures checked follow by: { $list }
measuring-way-half-up = rounding half up
measuring-way-cut-off = cutting off
measuring-way-up = rounding up

# Data quality
measuring-quality-high = High
measuring-quality-medium = Medium
measuring-quality-low = To be checked
measuring-source-recorded = Computed from what the services record as it happens.
measuring-source-posted = Computed from records sent by another system.
measuring-source-uploaded = Computed from the records of an uploaded file.
measuring-source-entered = Entered by hand.
measuring-source-read-from-sheet = Read from a published document.
measuring-source-unknown = It is not known where the figure comes from.
measuring-quality-no-evidence = No counts or other evidence are kept beside it.
measuring-quality-prompt = Median days between happening and recording: { $days }.
measuring-quality-late = Recorded late; median days between happening and recording: { $days }.
measuring-quality-never-recounted = The records have not been recounted yet.
measuring-quality-recounted = Recounted on { $date } without differences.
measuring-quality-recount-differs = Recounted on { $date }; differences found: { $n }.
measuring-quality-open-doubts = Points still to be checked: { $n }.

# Other cities
measuring-comparison-same-name = “{ $name }” has the same name and unit.
measuring-comparison-synonym = “{ $name }” uses words of the same meaning and has the same unit.
measuring-comparison-alike = “{ $name }” has a similar name ({ $percent }%) and the same unit.
