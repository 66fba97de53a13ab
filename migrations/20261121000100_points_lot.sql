-- What a wallet holds by the day it runs out, and what each order took of it.
create table points_lot (
    member_id bigint not null references points_wallet on delete cascade,
    -- The last Korean day on which these points can be spent; 9999-12-31 where they never run out.
    expires_on date not null,
    remaining bigint not null constraint points_lot_remaining_check check (remaining >= 0),
    primary key (member_id, expires_on)
) with (fillfactor = 50);
create index points_lot_expires_on_idx on points_lot (expires_on) where expires_on < '9999-12-31';

-- Restored points go back to the day that they came from.
create table points_use (
    -- Without a foreign key: written in the transaction of its order alone, and audited.
    order_id uuid not null,
    expires_on date not null,
    amount bigint not null check (amount > 0),
    restored bigint not null default 0,
    primary key (order_id, expires_on),
    constraint points_use_restored_check check (restored between 0 and amount)
);

alter table points_entry
    -- Of earned points.
    add column expires_on date,
    -- Why, and by whom, where staff corrected the balance.
    add column reason text not null default '',
    add column by_member bigint;

-- Until now points came by charging alone, and never ran out.
insert into points_lot (member_id, expires_on, remaining)
select member_id, '9999-12-31', balance from points_wallet where balance > 0;
insert into points_use (order_id, expires_on, amount)
select order_id, '9999-12-31', points_used from "order" where points_used > 0;
