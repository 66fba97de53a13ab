-- Programs: what they sign in with, and what they were answered, so that whoever asks again under the
-- same key is answered the same.

-- Of a token the hash alone is kept.
create table api_token (
    token_id uuid primary key,
    member_id bigint not null references member on delete cascade,
    name text not null constraint api_token_name_check check (char_length(name) between 1 and 100),
    scope text not null constraint api_token_scope_check check (scope in ('shopper', 'seller', 'staff')),
    token_hash bytea not null constraint api_token_hash_key unique,
    -- Which of the member's passwords made it: it ends with that.
    password_generation int not null,
    created_at timestamptz not null,
    expires_at timestamptz not null constraint api_token_expires_check check (expires_at > created_at)
);
create index api_token_member_idx on api_token (member_id, token_id);
create index api_token_expires_idx on api_token (expires_at);

-- An answer is sealed with what was asked: whoever reads it here reads nothing.
create table api_reply (
    -- 0 for who is not signed in.
    caller bigint not null,
    key_hash bytea not null,
    fingerprint bytea not null,
    -- Until when whoever began it may still be at it; null once it is answered.
    lease_until timestamptz,
    answer bytea,
    created_at timestamptz not null,
    constraint api_reply_pkey primary key (caller, key_hash),
    constraint api_reply_answer_check check ((answer is null) = (lease_until is not null))
);
create index api_reply_created_idx on api_reply (created_at);
