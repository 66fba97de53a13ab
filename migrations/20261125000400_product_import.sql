-- Products that came in as a file: the file's rows as they were read, what they would change, and
-- how far that is.

create table product_import (
    product_import_id uuid primary key,
    by_member bigint not null references member,
    -- Whose products alone the file may touch; null for a file of the staff.
    seller_id bigint references seller,
    file_name text not null,
    bytes bigint not null,
    state text not null constraint product_import_state_check check (
        state in ('reading', 'checking', 'checked', 'applying', 'applied', 'refused', 'cut_off', 'failed', 'expired')),
    -- Why it is no table, where it is refused.
    refusal text,
    -- Names in its header that are none of ours.
    ignored text[] not null default '{}',
    rows int not null default 0,
    -- Of the step that is under way: bytes read, rows checked or rows applied.
    done bigint not null default 0,
    added int not null default 0,
    changed int not null default 0,
    unchanged int not null default 0,
    wrong int not null default 0,
    created_at timestamptz not null,
    -- When its last step ended.
    ended_at timestamptz,
    -- Who works on it, and until when the others leave it alone.
    holder uuid,
    held_until timestamptz,
    attempts int not null default 0
);
create index product_import_seller_id_idx on product_import (seller_id, product_import_id desc);
create index product_import_due_idx on product_import (created_at) where state in ('reading', 'checking', 'applying');

create table product_import_row (
    product_import_id uuid not null references product_import on delete cascade,
    -- The line of the file that it begins on.
    line int not null,
    -- What its cells say; null leaves what there is.
    named_id bigint,
    seller_id bigint,
    isbn text,
    title text,
    original_title text,
    author text,
    published_year int,
    category_id bigint,
    list_price bigint,
    sale_price bigint,
    status text,
    earn_percent int,
    low_at int,
    on_hand int,
    description text,
    digits text generated always as (replace(isbn, '-', '')) stored,
    -- What of its cells cannot be read, and what else is wrong with it.
    unread jsonb not null default '[]',
    wrong jsonb not null default '[]',
    -- What it comes to, and the product as it was found, once it was checked.
    outcome text constraint product_import_row_outcome_check check (
        outcome in ('added', 'changed', 'unchanged', 'wrong')),
    product_id bigint,
    seen_version int,
    seen_low_at int,
    constraint product_import_row_pkey primary key (product_import_id, line)
);
create index product_import_row_outcome_idx on product_import_row (product_import_id, outcome, line);
