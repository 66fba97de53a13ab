-- Deliveries are listed newest first by where they stand: one seller's, and all.
create index delivery_seller_status_idx on delivery (seller_id, fulfillment_status, delivery_id);
create index delivery_status_idx on delivery (fulfillment_status, delivery_id);
-- The one before held some of the statuses alone.
drop index delivery_fulfillment_idx;
