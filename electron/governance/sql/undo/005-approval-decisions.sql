-- Undoes version 5 of schema writ.

drop function writ.says_twice, writ.unreviewed, writ.propose, writ.approve, writ.return_batch, writ.end_batch, writ.remark, writ.expire,
  writ.review_state, writ.touched_cells;
