-- Members are found by any part of their name, address or telephone. As with products, spaces and
-- hyphens do not count, and \x1f keeps words from joining across fields.
alter table member
    add column search_text text not null generated always as (
        regexp_replace(lower(name || E'\x1f' || email || E'\x1f' || phone), '[\s-]', '', 'g')
    ) stored;
create index member_search_idx on member using gin (bigrams(search_text));
-- Which index finds the few depends on how rare each pair of characters is.
alter index member_search_idx alter column 1 set statistics 1000;
create index member_name_idx on member (name, member_id);
-- The few that are looked for among the many.
create index member_role_idx on member (role, member_id) where role <> 'shopper';
create index member_role_name_idx on member (role, name, member_id) where role <> 'shopper';
create index member_role_email_idx on member (role, email) where role <> 'shopper';
create index member_blocked_idx on member (member_id) where status = 'blocked';
