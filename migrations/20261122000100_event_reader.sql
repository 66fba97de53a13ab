-- How far each reader of the event log has come.
create table event_reader (
    name text primary key,
    -- The last event taken: by transaction, then by id.
    xid xid8 not null default '0',
    event_id bigint not null default 0,
    moved_at timestamptz not null default now()
) with (fillfactor = 10);

-- How far back the log reaches.
create table event_horizon (
    one boolean primary key default true check (one),
    -- The time of the latest event that was forgotten.
    forgotten_until timestamptz not null default '-infinity'
);
insert into event_horizon default values;

-- Events that a reader could not take: set aside, so that it goes on. A copy, as the log forgets.
create table dead_letter (
    dead_letter_id bigint generated always as identity primary key,
    reader text not null references event_reader,
    event_id bigint not null,
    name text not null,
    subject text not null,
    payload jsonb not null,
    created_at timestamptz not null,
    -- None for an event that was set aside behind an earlier one of its subject.
    attempts int not null check (attempts >= 0),
    error text not null,
    set_aside_at timestamptz not null default now(),
    -- Until then somebody is taking it once more.
    claimed_until timestamptz,
    -- Taken after all, or discarded by somebody for a reason.
    settled text check (settled in ('redriven', 'discarded')),
    settled_at timestamptz,
    settled_by bigint,
    reason text not null default '',
    constraint dead_letter_key unique (reader, event_id),
    constraint dead_letter_settlement_check check ((settled is null) = (settled_at is null))
);
create index dead_letter_open_idx on dead_letter (reader, subject, dead_letter_id) where settled is null;
