-- A member's coupons, the newest first. Their ids do not all tell when they were issued: programs name
-- them by the key of a request.
create index coupon_member_issued_idx on coupon (member_id, issued_at desc, coupon_id desc);
drop index coupon_member_id_idx;
