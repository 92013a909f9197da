-- Undoes version 6 of schema writ.

drop function writ.reviews, writ.iso, writ.review_payload, writ.review_log, writ.review_touched, writ.touched_entries, writ.policy_of;
