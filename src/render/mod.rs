//! Treatment -> what a carrier or a player understands.
