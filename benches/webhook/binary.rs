//! Which carelane is measured.

use std::env;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use crate::Failure;

/// `CARELANE_BIN`, else the binary that was built beside this bench.
pub(crate) fn carelane() -> Result<PathBuf, Failure> {
    if let Some(path) = env::var_os("CARELANE_BIN") {
        return Ok(fs::canonicalize(path)?);
    }
    let bench = env::current_exe()?;
    let built = bench.parent().and_then(Path::parent).map(|folder| folder.join("carelane"));
    built
        .filter(|path| path.is_file())
        .ok_or_else(|| "there is no carelane beside this bench: build it, or name one in CARELANE_BIN".into())
}
