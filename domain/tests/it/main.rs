//! The rules of the domain, against a real Postgres; `decide` by properties.

mod address;
mod cart;
mod concurrency;
mod decide;
mod fixture;
mod member;
mod order;
mod points;
mod product;
mod seed;
