//! `carelane call`.
