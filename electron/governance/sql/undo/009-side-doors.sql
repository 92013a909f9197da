-- Undoes version 9 of schema writ.

drop function writ.people, writ.guard_doors, writ.person_doors, writ.code_doors, writ.side_doors,
  writ.grant_approval, writ.grant_policies;
