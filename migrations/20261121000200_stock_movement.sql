-- Who moved stock, when it is low, and what a product gives back in points.
alter table stock
    -- From so many available copies down, stock is low.
    add column low_at int not null default 5 check (low_at >= 0);

alter table stock_movement
    -- The member who moved it: the shopper of an order, or who keeps the stock. Null for the shop itself.
    add column by_member bigint,
    -- Of the form that asked for it, so that a double click moves stock once.
    add column idempotency_key uuid constraint stock_movement_idempotency_key unique;

alter table product
    -- Points for a purchase, in percent; null for the shop's own rate.
    add column earn_percent int constraint product_earn_percent_check check (earn_percent between 0 and 100),
    -- So that no sum over a cart can overflow.
    add constraint product_price_limit check (list_price <= 1000000000000 and sale_price <= 1000000000000);
