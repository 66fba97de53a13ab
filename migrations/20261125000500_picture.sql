-- Pictures of products. The files lie in the object store; a row is what makes one a picture.
create table picture (
    picture_id uuid primary key,
    product_id bigint not null references product on delete cascade,
    -- Orders the pictures of a product; the first one stands for it in listings.
    position int not null,
    -- What can be seen on it, for who cannot see it; empty where nobody said.
    alt text not null default '',
    -- Of its largest version, in pixels.
    width int not null,
    height int not null,
    -- SHA-256 of the file as it came.
    digest bytea not null,
    added_by bigint not null references member,
    added_at timestamptz not null,
    -- Removed, and kept for a while to be put back.
    removed_at timestamptz,
    constraint picture_size_check check (width > 0 and height > 0)
);
create unique index picture_digest_key on picture (product_id, digest) where removed_at is null;
create index picture_product_id_idx on picture (product_id, position);
create index picture_removed_at_idx on picture (removed_at) where removed_at is not null;

-- Files that no picture needs, or does not need yet: written down before the first file is, taken away
-- with the row of the picture; and again once a picture is gone. Swept when due.
create table picture_leftover (
    picture_id uuid primary key,
    due_at timestamptz not null,
    -- The sweep is at it: too late to finish an upload.
    swept boolean not null default false
);
create index picture_leftover_due_at_idx on picture_leftover (due_at);

-- However a picture goes, its files are not forgotten.
create function picture_gone() returns trigger
language plpgsql as $$
begin
    insert into picture_leftover (picture_id, due_at) values (old.picture_id, now()) on conflict do nothing;
    return old;
end
$$;
create trigger picture_gone after delete on picture for each row execute function picture_gone();

-- The first picture, as `id-width`: listings show it without looking any further.
alter table product add column cover text;
