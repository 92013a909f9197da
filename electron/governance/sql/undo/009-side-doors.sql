-- Undoes version 9 of schema writ.

drop function writ.people, writ.side_doors, writ.grant_approval, writ.grant_policies;
