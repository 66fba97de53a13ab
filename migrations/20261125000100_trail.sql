-- What sellers and staff change, and how a member becomes a seller.

-- The audit trail: who did what to what, when, and what stood there before and after. Appended in the
-- transaction of the change, never changed.
create table trail (
    trail_id bigint generated always as identity primary key,
    at timestamptz not null,
    by_member bigint not null references member,
    -- As what they acted.
    actor text not null check (actor in ('seller', 'staff')),
    -- What was done, such as `product_changed`.
    act text not null,
    -- The id of what it was done to.
    subject text not null,
    -- Whose it is, where it is a seller's.
    seller_id bigint references seller,
    -- What changed alone: names and values.
    before jsonb not null default '{}',
    after jsonb not null default '{}'
);
create index trail_seller_id_idx on trail (seller_id, trail_id desc) where seller_id is not null;
create index trail_by_member_idx on trail (by_member, trail_id desc);
create index trail_subject_idx on trail (subject, trail_id desc);
create index trail_act_idx on trail (act, trail_id desc);

-- A draft is seen by its seller and the staff alone.
alter table product
    drop constraint product_status_check,
    add constraint product_status_check check (status in ('draft', 'on_sale', 'suspended', 'archived')),
    -- Counts changes: a form based on an older one is shown what changed.
    add column version int not null default 0,
    add column updated_at timestamptz not null default now();
