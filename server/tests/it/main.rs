//! The program as a whole: its database, its settings, and how it lives through trouble.

mod carrier;
mod cart;
mod live;
mod postgres;
mod process;
mod serve;
mod settings;
mod support;
