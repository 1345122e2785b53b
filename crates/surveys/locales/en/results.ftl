results-answers = { $n ->
    [one] { $n } answer
   *[other] { $n } answers
 }
results-too-few = There are fewer than { $n } answers, so no results are shown.
results-rules = Counts below { $n }, and counts from which they could be worked out, are shown as “few”.
results-hidden = few
results-filter = Only people who answered
results-apply = Filter
results-filtered = Only people who answered “{ $answer }”.
results-unfilter = Back to all results
results-row = Question in the rows
results-column = Question in the columns
results-make = Make the table
results-cross = Cross table
results-cross-lead = Two questions against each other.
results-withheld = Not shown: it would tell about too few people.
results-table = { $question }: figures
results-answer = Answer
results-range = Range
results-people = People
results-share = Share
results-several = Several answers could be chosen, so the shares may add up to more than 100%.
results-answered = { $n ->
    [one] Answered by { $n } person
   *[other] Answered by { $n } people
 }
results-answered-hidden = How many answered is not shown.
results-numbers = Mean { $mean }, median { $median }
results-read-words = Read what people wrote
results-chosen = Chosen
results-not-chosen = Not chosen
results-nothing = No answer or not asked
results-total = Total
results-row-share = Shares of the rows
results-column-share = Shares of the columns
results-sheet = Results
results-sheet-key = Key
results-sheet-question = Question
results-sheet-share = Share (%)
results-sheet-answered = People who answered
results-sheet-mean = Mean
results-sheet-median = Median
results-cross-public = Only tables with “{ $question }” are published, so that hidden counts cannot be worked out by combining tables.
results-cross-desk = Only tables with “{ $question }” are published. Do not publish others: together they can tell hidden counts.
results-cross-desk-none = No tables of two questions are published. Do not publish these: together they can tell hidden counts.
