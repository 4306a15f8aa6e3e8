//! Behaviour tests: journal.
