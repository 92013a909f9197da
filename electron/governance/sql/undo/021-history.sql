drop function writ.grant_history(name);
drop function writ.batch_changes(uuid);
drop function writ.audited_since(text);
