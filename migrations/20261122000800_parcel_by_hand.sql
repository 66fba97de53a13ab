alter table parcel
    -- The goods went by hand while the shop knew nothing of the parcel but that it was requested: what
    -- the carrier has of it is called off, and what it tells of it is not of these goods.
    add column by_hand boolean not null default false;
