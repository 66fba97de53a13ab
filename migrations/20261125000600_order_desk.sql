-- Orders and claims as those need them who run the shop: where each stands in one word, what it is
-- searched by, notes, and parcels that go by hand.

-- Where an order or one seller's part of it stands, for those who have to do something about it.
create function stage_of(order_status text, fulfillment text) returns text
language sql immutable parallel safe
return case order_status
    when 'pending_payment' then 'unpaid'
    when 'confirmed' then 'confirmed'
    when 'placed' then case fulfillment when 'unfulfilled' then 'new' when 'returned' then 'delivered' else fulfillment end
    else 'canceled'
end;

alter table "order"
    -- As far as the least advanced part of which something is kept.
    add column stage text not null default 'new' constraint order_stage_check check
        (stage in ('unpaid', 'new', 'preparing', 'shipped', 'delivered', 'confirmed', 'canceled'));
alter table delivery
    -- Canceled, too, where nothing of it is kept.
    add column stage text not null default 'new' constraint delivery_stage_check check
        (stage in ('unpaid', 'new', 'preparing', 'shipped', 'delivered', 'confirmed', 'canceled')),
    -- What was bought of this seller, less its discount, in won.
    add column goods bigint not null default 0 constraint delivery_goods_check check (goods >= 0),
    add column total bigint not null generated always as (goods + fee) stored;

-- Brings the stages of an order in line with its statuses, behind its lock.
create function restage(changed uuid) returns void
language plpgsql
as $$
begin
    update delivery d set stage = now.stage
    from (
        select p.delivery_id,
               case when exists (select from order_line l where l.order_id = p.order_id and l.seller_id = p.seller_id
                                 and l.quantity > l.canceled + l.returned)
                    then stage_of(o.order_status, p.fulfillment_status) else 'canceled' end as stage
        from delivery p join "order" o using (order_id)
        where p.order_id = changed
    ) now
    where d.delivery_id = now.delivery_id and d.stage <> now.stage;

    update "order" o set stage = now.stage
    from (
        select coalesce(stage_of(p.order_status, (
                   select d.fulfillment_status from delivery d
                   where d.order_id = p.order_id
                     and exists (select from order_line l where l.order_id = d.order_id and l.seller_id = d.seller_id
                                 and l.quantity > l.canceled + l.returned)
                   order by array_position(array['unfulfilled', 'preparing', 'shipped', 'delivered', 'returned'],
                                           d.fulfillment_status)
                   limit 1
               )), 'delivered') as stage
        from "order" p where p.order_id = changed
    ) now
    where o.order_id = changed and o.stage <> now.stage;
end
$$;

create function restage_changed() returns trigger
language plpgsql
as $$
begin
    perform restage(new.order_id);
    return null;
end
$$;

-- So that whatever changes an order moves it to its place; who places one writes the stage itself.
create trigger order_stage after update of order_status on "order"
    for each row when (old.order_status <> new.order_status) execute function restage_changed();
create trigger delivery_stage after update of fulfillment_status on delivery
    for each row when (old.fulfillment_status <> new.fulfillment_status) execute function restage_changed();
create trigger order_line_stage after update of canceled, returned on order_line
    for each row when ((old.canceled, old.returned) <> (new.canceled, new.returned)) execute function restage_changed();

update delivery d set goods = bought.goods
from (select order_id, seller_id, sum(unit_price * quantity - discount)::bigint as goods from order_line group by 1, 2) bought
where d.order_id = bought.order_id and d.seller_id = bought.seller_id;
select restage(order_id) from "order";

create index order_stage_idx on "order" (stage, order_id);
create index order_stage_total_idx on "order" (stage, total, order_id);
create index delivery_stage_idx on delivery (seller_id, stage, order_id);
create index delivery_stage_total_idx on delivery (seller_id, stage, total, order_id);

-- What an order is found by besides its number: written by a reader of the log, so that placing
-- one does not wait for it. Spaces and hyphens do not count; \x1f keeps words from joining.
create function order_words(recipient text, phone text, postcode text, line1 text, line2 text) returns text
language sql immutable parallel safe
return regexp_replace(lower(recipient || E'\x1f' || phone || E'\x1f' || postcode || E'\x1f' || line1 || line2), '[\s-]', '', 'g');

create table order_search (
    order_id uuid primary key references "order",
    search_text text not null
);
insert into order_search (order_id, search_text)
select order_id, order_words(recipient, phone, postcode, line1, line2) from "order";
create index order_search_text_idx on order_search using gin (bigrams(search_text));

-- Parcels that sellers send themselves. Several orders may go in one.
create table hand_parcel (
    delivery_id uuid primary key references delivery,
    carrier text not null,
    tracking_number text not null,
    by_member bigint not null references member,
    noted_at timestamptz not null
);
create index hand_parcel_tracking_number_idx on hand_parcel (tracking_number);

-- A file of tracking numbers that was read and not acted on yet.
create table ship_sheet (
    ship_sheet_id uuid primary key,
    by_member bigint not null references member,
    rows jsonb not null,
    created_at timestamptz not null,
    shipped_at timestamptz
);
create index ship_sheet_by_member_idx on ship_sheet (by_member, created_at);

-- What the staff should know of an order.
create table order_note (
    -- Made by the form: sent twice, it is one note.
    order_note_id uuid primary key,
    order_id uuid not null references "order",
    by_member bigint not null references member,
    body text not null,
    created_at timestamptz not null,
    removed_at timestamptz
);
create index order_note_order_id_idx on order_note (order_id, created_at);

-- The history of one order.
create index stock_movement_order_id_idx on stock_movement (order_id) where order_id is not null;
create index event_of_order_idx on event (subject)
    where name like 'order.%' or name like 'parcel.%' or name like 'payment.%';

create index claim_status_idx on claim (status, claim_id);
create index claim_seller_status_idx on claim (seller_id, status, claim_id);
