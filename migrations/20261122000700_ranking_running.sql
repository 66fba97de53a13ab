-- What is sold in the running hour stands in its bucket alone, and joins the sums of the windows when
-- the hour is over: a sale then costs one row, not one in each window. A place is the sum of both, for
-- which both are read in their order.
create index sales_bucket_units_idx on sales_bucket (bucket, units desc, product_id);

-- So far the running hour stood in the sums too.
update ranking_total t set units = t.units - b.units
from ranking_window w join sales_bucket b on b.bucket >= w.until
where t.days = w.days and t.ago = 0 and t.product_id = b.product_id;
