-- Undoes version 1 of schema writ.

-- Whatever else was put into the schema stops this: nothing is dropped that was not created here.
drop function writ.name_now;
drop table writ.reason, writ.audit, writ.batch, writ.governed, writ.migration;
drop function writ.refuse_change, writ.refuse_truncate, writ.current_batch, writ.begin_batch, writ.give_reasons,
  writ.outcome, writ.shape_of, writ.has_shape, writ.has_columns;
drop schema writ;
