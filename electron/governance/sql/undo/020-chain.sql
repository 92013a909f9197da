drop function writ.grant_chain(name);
drop function writ.changed_after(text, timestamptz);
drop function writ.follow(bigint);
drop function writ.make_links();
drop function writ.stands_alone();
drop function writ.head_after(bytea, bigint, xid8, bigint, bigint, bigint, timestamptz, integer[], text[], bytea);
drop function writ.unlinked(bigint);
drop function writ.linked_upto();
drop trigger from_triggers on writ.audit;
drop function writ.refuse_insert();
drop table writ.link;
drop table writ.link_turn;
alter table writ.audit enable trigger append_only;
alter table writ.batch enable trigger append_only;
alter table writ.reason enable trigger append_only;
do $$
begin
  execute format('grant update, delete, truncate on writ.audit, writ.batch, writ.reason to %I', current_user);
end $$;
