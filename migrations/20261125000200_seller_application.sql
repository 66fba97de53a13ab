-- Members who want to sell, and what the staff answered.
create table seller_application (
    application_id bigint generated always as identity primary key,
    member_id bigint not null references member,
    shop_name text not null,
    -- Ten digits, the last of which checks the others.
    business_number text not null constraint seller_application_number_check check (business_number ~ '^[0-9]{10}$'),
    phone text not null,
    introduction text not null,
    status text not null default 'requested' check (status in ('requested', 'approved', 'rejected')),
    -- Why it was rejected, for the one who applied to read.
    reason text not null default '',
    decided_by bigint references member,
    created_at timestamptz not null,
    decided_at timestamptz,
    constraint seller_application_decided_check
        check ((status = 'requested') = (decided_at is null) and (decided_at is null) = (decided_by is null)),
    constraint seller_application_reason_check check ((status = 'rejected') = (reason <> ''))
);
-- A member waits for one answer at a time, and a business sells under one name.
create unique index seller_application_open_key on seller_application (member_id) where status = 'requested';
create unique index seller_application_business_key on seller_application (business_number) where status = 'approved';
create index seller_application_status_idx on seller_application (status, application_id);
create index seller_application_member_id_idx on seller_application (member_id, application_id desc);

alter table notification
    drop constraint notification_kind_check,
    add constraint notification_kind_check check (kind in ('paid', 'payment_failed', 'canceled', 'expired', 'shipped',
        'delivered', 'refunded', 'coupon_expiring', 'restocked', 'stock_low', 'stock_depleted', 'seller_approved',
        'seller_rejected'));
