-- Undoes version 11 of schema writ: what was taken is given back first.

do $$
begin
  perform writ.give_back_grants();
end $$;
drop function writ.take_grants, writ.give_back_grants;
drop table writ.taken_grant;
