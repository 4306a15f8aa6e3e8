//! House rules, checked on every test run.

