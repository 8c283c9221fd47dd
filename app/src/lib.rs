//! What browser and server share: pages, components, wire types, server functions.

#![recursion_limit = "256"]

pub mod api;
