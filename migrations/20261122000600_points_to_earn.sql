-- What purchases that are paid and not confirmed will earn, if they are kept as they are. Follows
-- from the orders, as the event log tells that they changed.
create table points_to_earn (
    order_id uuid primary key,
    member_id bigint not null,
    amount bigint not null check (amount > 0)
);
create index points_to_earn_member_id_idx on points_to_earn (member_id) include (amount);
