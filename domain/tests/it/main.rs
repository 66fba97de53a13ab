//! The rules of the domain, against a real Postgres; `decide` by properties.

mod address;
mod cart;
mod concurrency;
mod coupon;
mod coupon_use;
mod decide;
mod fixture;
mod inventory;
mod member;
mod order;
mod points;
mod product;
mod scene;
mod seed;
