//! A wall clock that a test sets, for the real binary: `clock.c`, loaded before the system's own.

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::serve::process::Served;

/// Compiled once a run; `cc` is there, because the bundled SQLite needs it too.
fn shim() -> &'static Path {
    static SHIM: OnceLock<PathBuf> = OnceLock::new();
    SHIM.get_or_init(|| {
        let library = std::env::temp_dir().join(format!("carelane-clock-{}.so", std::process::id()));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/failures/clock.c");
        let compile = ["-shared", "-fPIC", "-O1", "-o"];
        let compiled = Command::new("cc").args(compile).arg(&library).arg(source).arg("-ldl").status();
        assert!(compiled.expect("cc runs").success(), "cc cannot compile the shim");
        library
    })
}

/// From its next start on, the process has a wall clock that `set` sets.
pub(super) fn give(engine: &mut Served) {
    let file = engine.folder.path().join("clock");
    engine.vars.push(("LD_PRELOAD".to_owned(), shim().display().to_string()));
    engine.vars.push(("CARELANE_TEST_CLOCK".to_owned(), file.display().to_string()));
    set(engine, 0);
}

/// Puts the clock so many seconds ahead of ours.
pub(super) fn set(engine: &Served, ahead: i64) {
    let file = engine.folder.path().join("clock");
    let fresh = engine.folder.path().join("clock.new");
    std::fs::write(&fresh, ahead.to_string()).expect("a file can be written");
    std::fs::rename(fresh, file).expect("a file can be renamed");
}
