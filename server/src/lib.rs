//! The server half: HTTP, desks, store, actors, probes, mail. `docs/architecture.md` has the map.

pub mod clock;
pub mod entropy;
pub mod lab;
pub mod probes;
