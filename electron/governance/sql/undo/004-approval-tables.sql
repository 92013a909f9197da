-- Undoes version 4 of schema writ.

drop function writ.has_role, writ.current_policy, writ.governed_id, writ.person_oid, writ.state_of, writ.last_audit,
  writ.refuse_shared, writ.note_event, writ.standing_of, writ.standing, writ.may_review, writ.seen_proposal,
  writ.sha256_of;
drop table writ.ticket, writ.amount_turn, writ.review_event, writ.proposal, writ.shared_login, writ.policy;
