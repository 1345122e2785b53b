# What is found before a procedure goes live, beside its form.
check-fee-unsaid = There is a fee, but the guide says nothing about it: applicants would read that it is free. Say what it costs.
check-minutes = Say about how many minutes it takes.
check-retention-basis = Name the rule that the retention rests on.
check-slot-unknown = "{ $about }" takes times of something that this city does not offer. Choose a counter, check-up or consultation that is confirmed at once and free of charge.
check-placeholder = There is no placeholder "{ $about }": it would be sent as it stands, in its braces.
check-refusal-reason = The template "{ $about }" has no place for the reason.
check-export-from = The export has a column from "{ $about }", which the form does not have: it would stay empty. Choose another.
check-export-only-with = A column of the export waits for "{ $about }", which the form does not have. Choose another.
check-export-verified = The export column "{ $about }" tells of a proof, but no proof of identity fills in its question.
