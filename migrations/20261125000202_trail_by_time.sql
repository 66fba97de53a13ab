-- The trail is read by days too, so that each of its orders is one of times.
drop index trail_seller_id_idx, trail_by_member_idx, trail_subject_idx, trail_act_idx;
create index trail_at_idx on trail (at desc, trail_id desc);
create index trail_seller_at_idx on trail (seller_id, at desc, trail_id desc) where seller_id is not null;
create index trail_by_member_at_idx on trail (by_member, at desc, trail_id desc);
create index trail_subject_at_idx on trail (subject, at desc, trail_id desc);
create index trail_act_at_idx on trail (act, at desc, trail_id desc);
