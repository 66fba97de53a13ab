-- The points wallet: a balance, and every entry that made it.
create table points_wallet (
    member_id bigint primary key references member on delete cascade,
    balance bigint not null default 0 constraint points_wallet_balance_check check (balance >= 0)
) with (fillfactor = 50);

create table points_entry (
    points_entry_id bigint generated always as identity primary key,
    member_id bigint not null references points_wallet,
    kind text not null check (kind in ('charge', 'earn', 'spend', 'restore', 'expire', 'adjust')),
    amount bigint not null check (amount <> 0),
    balance_after bigint not null check (balance_after >= 0),
    order_id uuid,
    -- Of the form that asked for it, so that a double click charges once.
    idempotency_key uuid,
    created_at timestamptz not null default now(),
    constraint points_entry_idempotency_key unique (member_id, idempotency_key)
);
create index points_entry_member_id_idx on points_entry (member_id, points_entry_id desc);
