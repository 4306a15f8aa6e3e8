//! `carelane journal`.
