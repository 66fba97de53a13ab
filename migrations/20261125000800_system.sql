-- What the staff sees of the system: what came in, what was checked, and what two books say.

-- Looked through by time; each filter has its index.
create index webhook_received_at_idx on webhook (received_at desc, webhook_id desc);
create index webhook_source_idx on webhook (source, received_at desc, webhook_id desc);

create index dead_letter_settled_at_idx on dead_letter (settled_at desc, dead_letter_id desc) where settled is not null;
create index dead_letter_settled_idx on dead_letter (settled, settled_at desc, dead_letter_id desc) where settled is not null;

create index mail_trouble_idx on mail (status, created_at) where status in ('failed', 'lost');

create index payment_card_idx on payment (created_at desc, payment_id desc) where method = 'card';
create index payment_card_status_idx on payment (status, created_at desc, payment_id desc) where method = 'card';
create index payment_card_amount_idx on payment (amount, created_at desc, payment_id desc) where method = 'card';
create index payment_card_settled_idx on payment (settled_at) where method = 'card' and status = 'paid';
create index payment_cancel_done_idx on payment_cancel (done_at) where status = 'done';

-- The books of some days against those of the gateway. Done beside the requests, by one instance.
create table reconciliation (
    reconciliation_id bigint generated always as identity primary key,
    -- Korean days, the last one included.
    first_day date not null,
    last_day date not null,
    status text not null default 'queued' check (status in ('queued', 'running', 'done', 'failed')),
    -- Who asked for it; nobody for that of the night.
    by_member bigint references member,
    nightly boolean not null default false,
    created_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz,
    -- When it is begun; while it is at work, when whoever was at it has died.
    try_at timestamptz not null,
    attempts int not null default 0,
    -- Why it came to nothing the last time.
    error text not null default '',
    -- Transactions of the gateway that were read by now.
    fetched bigint not null default 0,
    -- How many, and how much in won: what agrees, what the gateway has, and what is here.
    matched bigint not null default 0,
    matched_won bigint not null default 0,
    theirs bigint not null default 0,
    theirs_won bigint not null default 0,
    ours bigint not null default 0,
    ours_won bigint not null default 0,
    differences bigint not null default 0,
    constraint reconciliation_days_check check (last_day >= first_day and last_day - first_day < 31),
    constraint reconciliation_finished_check check ((status in ('done', 'failed')) = (finished_at is not null))
);
-- The same days are compared by one at a time, and once a night.
create unique index reconciliation_open_key on reconciliation (first_day, last_day) where status in ('queued', 'running');
create unique index reconciliation_nightly_key on reconciliation (first_day) where nightly;
create index reconciliation_due_idx on reconciliation (try_at) where status in ('queued', 'running');

-- The gateway's transactions while they are being compared; gone afterwards.
create unlogged table reconciliation_transaction (
    reconciliation_id bigint not null,
    transaction_key text not null,
    -- The shop's id of the payment, where the gateway's order id is one.
    payment_id uuid,
    gateway_key text not null,
    gateway_order text not null,
    money text not null check (money in ('taken', 'back')),
    amount bigint not null,
    at timestamptz not null,
    primary key (reconciliation_id, transaction_key)
);

-- What one side has and the other does not, or not so.
create table reconciliation_difference (
    difference_id bigint generated always as identity primary key,
    reconciliation_id bigint not null references reconciliation on delete cascade,
    differs text not null check (differs in ('theirs_only', 'ours_only', 'amount', 'status')),
    money text not null check (money in ('taken', 'back')),
    payment_id uuid references payment,
    gateway_key text not null,
    gateway_order text not null,
    -- In won; none where that side has nothing.
    ours bigint,
    theirs bigint,
    -- Where the payment stands here.
    status text,
    at timestamptz not null
);
create index reconciliation_difference_idx on reconciliation_difference (reconciliation_id, difference_id);

-- Runs of the audit, and what each rule came to.
create table audit_run (
    audit_run_id bigint generated always as identity primary key,
    status text not null default 'queued' check (status in ('queued', 'running', 'done', 'failed')),
    by_member bigint not null references member,
    created_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz,
    -- While it is at work: when whoever was at it has died.
    try_at timestamptz not null,
    error text not null default '',
    constraint audit_run_finished_check check ((status in ('done', 'failed')) = (finished_at is not null))
);
-- One at a time: it reads everything.
create unique index audit_run_open_key on audit_run ((true)) where status in ('queued', 'running');

create table audit_finding (
    audit_run_id bigint not null references audit_run on delete cascade,
    position int not null,
    name text not null,
    checked bigint not null,
    broken bigint not null,
    milliseconds bigint not null,
    primary key (audit_run_id, position)
);
