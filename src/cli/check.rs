//! `carelane check`.
