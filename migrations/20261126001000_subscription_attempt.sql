-- Every time that a message was sent to an endpoint, and what was answered.

create table subscription_attempt (
    attempt_id bigint generated always as identity primary key,
    message_id uuid not null references subscription_delivery on delete cascade,
    began_at timestamptz not null,
    -- None while it is under way, and where whoever sent it died over it.
    ended_at timestamptz,
    status_code int,
    trouble text constraint subscription_attempt_trouble_check check (trouble in ('answer', 'timeout', 'connect', 'tls',
        'name', 'private', 'broken'))
);
create index subscription_attempt_message_idx on subscription_attempt (message_id, attempt_id desc);
