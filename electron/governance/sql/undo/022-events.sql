-- Undoes version 22 of schema writ. What was recorded stays in the audit.

do $$
declare
  event name;
begin
  foreach event in array array['proposal', 'review_event', 'policy', 'period_event', 'shared_login', 'calendar', 'period_map', 'governed'] loop
    execute format('drop trigger recorded on writ.%I', event);
  end loop;
  execute format('grant update, delete, truncate on writ.policy, writ.review_event, writ.period_event to %I', current_user);
end $$;
drop function writ.record_event();
alter table writ.policy enable trigger append_only;
alter table writ.proposal enable trigger append_only;
alter table writ.review_event enable trigger append_only;
alter table writ.period_event enable trigger append_only;
