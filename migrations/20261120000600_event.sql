-- What happened, appended in the transaction that made it happen.
create table event (
    event_id bigint generated always as identity primary key,
    -- Ids are handed out before commit, so a reader orders by transaction and takes only what
    -- lies below the oldest one still running.
    xid xid8 not null default pg_current_xact_id(),
    name text not null,
    subject text not null,
    payload jsonb not null,
    created_at timestamptz not null default now()
);
create index event_xid_idx on event (xid, event_id);
