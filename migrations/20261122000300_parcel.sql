-- Parcels at the carrier, and what it tells of them.
create table parcel (
    -- A delivery is one parcel.
    delivery_id uuid primary key references delivery,
    -- Written before the carrier is asked, so that an answer that is lost is asked for again.
    requested_at timestamptz not null,
    -- Null until the carrier has answered.
    carrier text,
    -- A message about the parcel may tell it before the answer does.
    tracking_number text constraint parcel_tracking_number_key unique,
    -- When the shop called it off; the carrier may have had it by then.
    canceled_at timestamptz,
    constraint parcel_carrier_check check (carrier is null or tracking_number is not null)
);

create table checkpoint (
    -- The sender's id of the message: told twice, it counts once.
    message_id text primary key,
    delivery_id uuid not null references parcel,
    status text not null check (status in ('label_created', 'picked_up', 'in_transit', 'out_for_delivery', 'delivered')),
    place text not null,
    -- By the carrier's clock; messages come late and out of order.
    at timestamptz not null,
    received_at timestamptz not null,
    -- The same told by two messages counts once, too.
    constraint checkpoint_fact_key unique (delivery_id, at, status, place)
);

alter table delivery
    -- Found out by who looks for what waits to be accepted, so that it is not looked at again.
    add column nothing_kept boolean not null default false;
create index delivery_unaccepted_idx on delivery (delivery_id) where fulfillment_status = 'unfulfilled' and not nothing_kept;
