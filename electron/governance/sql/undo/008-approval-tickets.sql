-- Undoes version 8 of schema writ.

drop trigger settle on writ.ticket;
drop trigger keep_id on writ.batch;
drop function writ.take_ticket, writ.finish_ticket, writ.settle_ticket, writ.keep_id, writ.set_policy, writ.declare_shared;
