# Side navigation of the desk
cycle-menu-home = My work
cycle-menu-notices = Notices
cycle-menu-plans = Plans
cycle-menu-proposals = System proposals
cycle-menu-plan = Plan overview
cycle-menu-work = Progress
cycle-menu-tasks = Tasks
cycle-menu-reviews = Self-reviews
cycle-menu-acts = Act records
cycle-menu-changes = Changes of initiatives
cycle-menu-overrides = Overridden statuses
cycle-menu-figures = Figures to review
cycle-menu-deadlines = Deadlines
cycle-menu-compare = Comparison with other cities
cycle-menu-facts = Facts
cycle-menu-publish = Publish the plan

# My work
cycle-home = My work
cycle-my-tasks = My tasks
cycle-waiting-work = Work that waits for you
cycle-my-reviews = Self-reviews waiting for me
cycle-my-acts = Act records assigned to me
cycle-figures-to-review = Figures to review
cycle-waiting-proposals = Proposals waiting for a hearing or conclusion
cycle-unread-notices = { $n } unread notices
cycle-no-tasks = You have no open tasks.
cycle-notices = Notices
cycle-no-notices = There are no notices.
cycle-no-notices-text = Reminders arrive here when a task or Act record is due within seven days.
cycle-read = Mark as read
cycle-read-all = Mark all as read
cycle-was-read = Read
cycle-notice-task-due-soon = A task is due soon
cycle-notice-task-overdue = A task is overdue
cycle-notice-task-assigned = A task was assigned to you
cycle-notice-act-due-soon = An Act record is due soon
cycle-notice-act-overdue = An Act record is overdue
cycle-notice-act-assigned = An Act record was assigned to you
cycle-notice-review-returned = A self-review was returned

# Columns
cycle-column-about = About
cycle-column-action = Action
cycle-column-owner-and-assignee = Department and assignee
cycle-effect-number = Effect { $n }
cycle-column-assignee = Assignee
cycle-column-carried-to = Taken over by
cycle-column-change = Change
cycle-column-count = Count
cycle-column-day = Date
cycle-column-decided-amount = Amount granted
cycle-column-department = Department
cycle-column-due = Due
cycle-column-hearing-text = What the hearing said
cycle-column-indicator = Indicator
cycle-column-initiative = Initiative
cycle-column-last-note = Last note
cycle-column-late = Late
cycle-column-missed = Missed target
cycle-column-notice = Notice
cycle-column-open-tasks = Open tasks
cycle-column-outcome = Outcome
cycle-column-plan = Plan
cycle-column-proposal = Proposal
cycle-column-proposed-on = Proposed on
cycle-column-reached = Expectation
cycle-column-state = State
cycle-column-step = Step
cycle-column-targets = Indicators
cycle-column-task = Task
cycle-column-text = Text
cycle-column-when = When
cycle-column-who = Who
cycle-column-why = Why
cycle-column-year = Fiscal year

# Fields
cycle-field-amount = Cost of introduction
cycle-field-analysis = Analysis
cycle-field-approve = Decision
cycle-field-assignee = Assignee
cycle-field-cause = Cause
cycle-field-conclusion = Conclusion
cycle-field-countermeasure = Countermeasure
cycle-field-day = Date
cycle-field-deadline-submit = Departments hand in by
cycle-field-deadline-check = Digital office checks by
cycle-field-deadline-approve = Committee decides by
cycle-field-deadline-publish = Published by
cycle-field-decided-on = Decided on
cycle-field-department = Department
cycle-field-due = Due
cycle-field-effect-name = Effect
cycle-field-effect-unit = Unit
cycle-field-effect-before = Before
cycle-field-effect-expected = Expected
cycle-field-effect-value = Measured
cycle-field-effect-text = Remark
cycle-field-expectations = Expected effects
cycle-field-fact = Fact (target and actual)
cycle-field-group = Goal or field
cycle-field-heard-on = Date of hearing
cycle-field-indicator = Indicator
cycle-field-initiative = Initiative
cycle-field-into = Merged into (when merging)
cycle-field-introduced-on = Introduced on
cycle-field-kind = Kind of change
cycle-field-label = Version (such as 1.4)
cycle-field-measured-on = Measured on
cycle-field-next = What comes next
cycle-field-note = Remark
cycle-field-number = Number
cycle-field-outcome = Outcome
cycle-field-owner = Responsible department
cycle-field-purpose = Purpose
cycle-field-reason = Reason or remark
cycle-field-reduced-amount = Amount granted (when reduced)
cycle-field-results = Results
cycle-field-status = Status
cycle-field-summary = Summary
cycle-field-text = Text
cycle-field-title = Title
cycle-field-value = Measured value
cycle-field-verdict = Verdict
cycle-field-words = Remark
cycle-field-year = Fiscal year
cycle-field-yearly-cost = Yearly cost

# General
cycle-yen = { $n } yen
cycle-list-comma = ,{" "}
cycle-nobody = Not settled
cycle-not-yet = Not settled
cycle-history = History
cycle-next-step = Next step
cycle-show = Show
cycle-save = Save
cycle-late = Late
cycle-late-count = { $n } late
cycle-done-saved = Saved.
cycle-done-asked = The head of the department was asked to confirm.
cycle-done-stepped = Done.
cycle-done-noted = The note was written.
cycle-done-withdrawn = The note was taken back.
cycle-done-read = Marked as read.
cycle-done-decided = The decision was recorded.
cycle-done-published = The self-reviews are published. Missed targets have Act records.
cycle-done-act-opened = The Act record is open. Write its cause and countermeasure.
cycle-done-act-known = There is an Act record for this indicator and year already.
cycle-done-acts-opened = Missed targets have Act records now.
cycle-error-empty = Fill in "{ $field }".
cycle-error-changed = Somebody else changed this meanwhile. Reload the page and enter your change again.
cycle-error-state = This is not possible in the present state. Reload the page to see it.
cycle-error-key = Some letters cannot be used here.
cycle-error-day = Check the date. Enter a day up to today.
cycle-error-due = Check the due date.
cycle-error-indicator = Choose the indicator, the year and the status.
cycle-error-kind = Choose the initiative and the kind of change.
cycle-error-deadline = The month does not have that day. Choose a day that every year has (29 February cannot be used).
cycle-error-nothing-chosen = Choose at least one self-review.
cycle-error-value = Enter a measured number for every effect.

# Progress and tasks
cycle-tasks = Tasks
cycle-no-tasks-here = There are no tasks.
cycle-new-task = Add a task
cycle-make-task = Add task
cycle-change-task = Change the task
cycle-do-complete = Complete
cycle-do-drop = Drop (give a reason)
cycle-do-reopen = Reopen (give a reason)
cycle-task-state-open = Open
cycle-task-state-done = Done
cycle-task-state-dropped = Dropped
cycle-task-step-make = Made
cycle-task-step-change = Changed
cycle-task-step-complete = Completed
cycle-task-step-drop = Dropped
cycle-task-step-reopen = Reopened
cycle-notes = Progress notes
cycle-no-notes = There are no notes yet.
cycle-new-note = Write a progress note
cycle-write-note = Write note
cycle-withdraw-note = Take back
cycle-note-withdrawn = (Taken back: { $reason })
cycle-taken-over = Countermeasures taken over
cycle-taken-from = { $indicator }, { $year }

# Self-reviews
cycle-board = State of each initiative
cycle-board-summary = Number in each state
cycle-board-title = Self-reviews of { $year }
cycle-review-title = { $initiative } (self-review of { $year })
cycle-no-department = No department of the city
cycle-review-state-none = Not begun
cycle-review-state-ready = Waits for the head
cycle-review-state-draft = Draft
cycle-review-state-submitted = Handed in
cycle-review-state-checked = Checked
cycle-review-state-approved = Approved
cycle-review-state-published = Published
cycle-review-step-write = Draft saved
cycle-review-step-ask = Head asked to confirm
cycle-review-step-submit = Handed in
cycle-review-step-withdraw = Taken back
cycle-review-step-accept = Checked
cycle-review-step-accept-with-remark = Checked with a remark
cycle-review-step-return = Returned
cycle-review-step-send-back = Sent back by the committee
cycle-review-step-approve = Approved
cycle-review-step-publish = Published
cycle-do-submit = Confirm and hand in
cycle-do-withdraw = Take back (give a reason)
cycle-do-accept = Accept
cycle-do-accept-with-remark = Accept with a remark
cycle-do-return = Return (give a reason)
cycle-do-send-back = Send back (give a reason)
cycle-overdue-submit = Handing in
cycle-overdue-check = The check
cycle-overdue-approve = The decision
cycle-overdue-publish = Publication
cycle-deadline-submit = Hand in by { $day }
cycle-deadline-check = check by { $day }
cycle-deadline-approve = decide by { $day }
cycle-deadline-publish = publish by { $day }
cycle-write-review = Write the self-review
cycle-lines-hint = Write one point on each line.
cycle-ask-head = Ask the head to confirm
cycle-save-draft = Save draft
cycle-review-texts = Self-review
cycle-review-empty = Nothing is written yet.
cycle-check-text = Remark of the digital office
cycle-returned = This was returned. Mend it and hand it in again.
cycle-decide = Record the decision
cycle-publish-reviews = Publish approved self-reviews
cycle-decision-title = Decision on { $year }
cycle-decision-default = Review of { $year }
cycle-nothing-to-decide = No self-review waits for a decision.
cycle-to-decide = Self-reviews to decide
cycle-approve-yes = Approve
cycle-approve-later = Not this time
cycle-verdict-none = No verdict
cycle-verdict-continue = Continue
cycle-verdict-strengthen = Strengthen
cycle-verdict-review = Review
cycle-verdict-complete = Complete
cycle-decided-on = Decided on { $day }
cycle-deadlines-hint = The yearly deadlines after the end of a fiscal year. They hold for all plans.
cycle-month = { $n ->
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
}
cycle-day = { $n }

# Act records
cycle-no-acts = There are no Act records.
cycle-no-acts-text = They are opened for missed targets.
cycle-open-act = Open an Act record
cycle-open-act-hint = Choose indicator and year, and write target and actual. There is one record for an indicator and year.
cycle-open-missed = Open records for all missed targets of last year
cycle-change-act = Change the record
cycle-take-over = Take over into a later plan
cycle-take-over-hint = The countermeasure is added to an initiative and shown on its progress page.
cycle-do-take-over = Take over
cycle-begin-hint = Write cause and countermeasure first.
cycle-do-begin = Begin the countermeasure
cycle-do-finish = Finish
cycle-act-state-open = Being examined
cycle-act-state-in-progress = In progress
cycle-act-state-done = Done
cycle-act-step-open = Opened
cycle-act-step-change = Changed
cycle-act-step-begin = Begun
cycle-act-step-finish = Finished
cycle-act-step-reopen = Reopened
cycle-act-step-take-over = Taken over
cycle-missed-fact = The target was { $target }, the actual { $actual }.

# Changes of initiatives
cycle-changes = Changes
cycle-waiting-changes = Changes for the next version
cycle-no-changes = There are no changes.
cycle-change-life = Complete, merge, suspend or resume an initiative
cycle-add-initiative = Add an initiative
cycle-revise = Record a new version of the plan
cycle-revise-hint = The changes above become the new version.
cycle-revision = Version { $label } (from { $year })
cycle-merged-into = Merged into "{ $title }"
cycle-life-added = Added
cycle-life-completed = Completed
cycle-life-merged = Merged
cycle-life-suspended = Suspended
cycle-life-resumed = Resumed
cycle-life-target-changed = Target changed
cycle-life-department-changed = Department changed
cycle-overrides-hint = A status set here stands before the computed one, with its reason. The computed one stays visible.
cycle-no-overrides = No status is overridden.
cycle-set-override = Set a status
cycle-remove-override = Remove
cycle-status-achieved = Achieved
cycle-status-on-track = On track
cycle-status-behind = Behind
cycle-status-cannot-be-judged = Cannot be judged

# System proposals
cycle-new-proposal = New proposal
cycle-change-proposal = Change the proposal
cycle-save-proposal = Save proposal
cycle-no-proposals = There are no proposals yet.
cycle-no-proposals-text = Propose a system with the effects it is expected to have.
cycle-expectations-hint = Write at least one expected effect in numbers (up to four).
cycle-effects = Expected and measured effects
cycle-reached = Reached
cycle-not-reached = Not reached
cycle-hearing-summary = Hearings by fiscal year
cycle-summary-heard = Heard
cycle-summary-asked = Asked for
cycle-summary-granted = Granted
cycle-hear = Record the hearing
cycle-conclude = Record the conclusion
cycle-do-withdraw-proposal = Withdraw the proposal
cycle-do-introduce = Record the introduction
cycle-do-measure = Record the effects
cycle-hearing-as-proposed = As proposed
cycle-hearing-reduced = Reduced
cycle-hearing-declined = Declined
cycle-conclusion-improve = Improve and continue
cycle-conclusion-continue = Continue
cycle-conclusion-retire = Retire
cycle-proposal-state-proposed = Proposed
cycle-proposal-state-withdrawn = Withdrawn
cycle-proposal-state-accepted = Accepted
cycle-proposal-state-declined = Declined
cycle-proposal-state-introduced = Introduced
cycle-proposal-state-measured = Measured
cycle-proposal-state-concluded = Concluded
cycle-proposal-step-propose = Proposed
cycle-proposal-step-change = Changed
cycle-proposal-step-withdraw = Withdrawn
cycle-proposal-step-accept = Accepted
cycle-proposal-step-decline = Declined
cycle-proposal-step-introduce = Introduced
cycle-proposal-step-measure = Measured
cycle-proposal-step-conclude = Concluded

# For residents
cycle-public-title = Reviews and improvements
cycle-public-lead = Each year the departments look back on the results and the committee decides how to go on. For missed targets, cause and countermeasure are published too.
cycle-public-empty = No reviews are published yet.
cycle-public-summary = Numbers by fiscal year
cycle-public-column-reviews = Self-reviews
cycle-public-column-missed = Missed targets
cycle-public-column-done = Countermeasure finished
cycle-public-year = { $year }
cycle-public-acts = Missed targets and what follows
cycle-public-reviews = Self-reviews of the departments
cycle-public-act = Missed target
cycle-public-review-by = Self-review of { $department }
cycle-public-verdict = Committee’s verdict
cycle-public-review = { $title } ({ $department })

# Comparison with other cities
cycle-compare-lead = Indicators of other cities that may be the same as ours. Look at both definitions; if they are the same, confirm it and they appear on the public comparison page.
cycle-compare-candidates = Candidates
cycle-compare-no-candidates = There are no new candidates.
cycle-compare-own = Our indicator
cycle-compare-other = Other city’s indicator
cycle-compare-why = Why it is a candidate
cycle-compare-definition = Definition: { $text }
cycle-compare-units = The units are “{ $own }” and “{ $other }”.
cycle-compare-formula-same = Both are computed in the same kind of way.
cycle-compare-formula-other = They are computed in different kinds of ways.
cycle-compare-definitions = The definitions share { $percent }% of their wording.
cycle-compare-formula-unknown = The documents do not tell enough to compare how they are computed.
cycle-compare-confirm = Compare as the same
cycle-compare-decline = Not the same
cycle-compare-standing = Indicators being compared
cycle-compare-none = No indicators are being compared yet.
cycle-compare-unit = Unit
cycle-compare-members = Cities
cycle-compare-end = End the comparison
cycle-compare-declined = Pairs that are not the same
cycle-compare-reconsider = Make it a candidate again
cycle-done-compared = It is on the comparison page now.
cycle-done-compare-declined = It is no candidate any more.
cycle-done-compare-reconsidered = It is a candidate again.
cycle-done-compare-ended = The comparison was ended.

# Mails about what is due
cycle-mail-subject = Due: { $n } of your tasks
cycle-mail-text =
    Some of your work on the plan is due soon or overdue.

    { $lines }
    To see it, sign in to Yakuba of { $city } and open "Notices".
    Mark what is done as done there, and these mails stop.
    This address takes no answers.
cycle-mail-task-due-soon = - due { $due }: task "{ $title }"
cycle-mail-task-overdue = - due { $due }, OVERDUE: task "{ $title }"
cycle-mail-act-due-soon = - due { $due }: improvement "{ $title }"
cycle-mail-act-overdue = - due { $due }, OVERDUE: improvement "{ $title }"
