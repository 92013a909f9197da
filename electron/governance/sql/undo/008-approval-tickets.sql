-- Undoes version 8 of schema writ.

drop trigger settle on writ.ticket;
drop function writ.take_ticket, writ.finish_ticket, writ.settle_ticket, writ.set_policy, writ.declare_shared;
