//! The only owner of a Floor.
