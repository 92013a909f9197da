-- Undoes version 10 of schema writ.

drop table writ.comment;
drop function writ.sees, writ.stamp_resolved, writ.tell_comment, writ.grant_comments;
