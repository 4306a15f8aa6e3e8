//! What the shim wrote down: every change to the disk, every sync, and every acknowledgement, in the order it happened.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// One line of a recording.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// A file came to be.
    Made(PathBuf),
    /// A folder came to be.
    FolderMade(PathBuf),
    /// Bytes were handed to the operating system.
    Written(PathBuf, usize, Vec<u8>),
    /// A file was cut or lengthened.
    Truncated(PathBuf, usize),
    /// A file or folder was synced; `false` if that failed.
    Synced(PathBuf, bool),
    /// A file got another name.
    Renamed(PathBuf, PathBuf),
    /// A name is gone.
    Removed(PathBuf),
    /// Entries up to this one were acknowledged.
    Acknowledged(u32),
}

impl Step {
    /// What it is, without what was written.
    pub(super) fn describe(&self) -> String {
        let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match self {
            Self::Made(path) | Self::FolderMade(path) => format!("{} is made", name(path)),
            Self::Written(path, at, bytes) => format!("{} bytes to {} at {at}", bytes.len(), name(path)),
            Self::Truncated(path, len) => format!("{} is cut to {len}", name(path)),
            Self::Synced(path, well) => format!("{} is synced{}", name(path), if *well { "" } else { ": fails" }),
            Self::Renamed(from, to) => format!("{} becomes {}", name(from), name(to)),
            Self::Removed(path) => format!("{} is removed", name(path)),
            Self::Acknowledged(entry) => format!("entry {entry} is acknowledged"),
        }
    }
}

/// Op, failed, length of the path, offset, length of the data.
const HEAD_LEN: usize = 1 + 1 + 2 + 8 + 4;

/// Reads a recording.
pub(super) fn read(file: &Path) -> Vec<Step> {
    let bytes = fs::read(file).unwrap();
    let mut rest = &*bytes;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let (head, after) = rest.split_at(HEAD_LEN);
        let path_len = u16::from_le_bytes(head[2..4].try_into().unwrap()).into();
        let offset = usize::try_from(u64::from_le_bytes(head[4..12].try_into().unwrap())).unwrap();
        let data_len = u32::from_le_bytes(head[12..16].try_into().unwrap()) as usize;
        let (path, after) = after.split_at(path_len);
        let (data, after) = after.split_at(data_len);
        rest = after;
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let path = PathBuf::from(text(path));
        steps.push(match head[0] {
            b'O' => Step::Made(path),
            b'M' => Step::FolderMade(path),
            b'W' => Step::Written(path, offset, data.to_vec()),
            b'T' => Step::Truncated(path, offset),
            b'S' => Step::Synced(path, head[1] == 0),
            b'R' => Step::Renamed(path, text(data).into()),
            b'U' => Step::Removed(path),
            b'A' => Step::Acknowledged(text(data).trim().parse().unwrap()),
            other => panic!("the shim writes no {other}"),
        });
    }
    steps
}

/// What the shim would write down if the process itself acknowledged everything up to `count`: for acknowledgements
/// that are seen from outside.
pub(super) fn acknowledgement(count: usize) -> Vec<u8> {
    let said = count.to_string();
    let mut line = vec![b'A', 0, 0, 0];
    line.extend_from_slice(&0_u64.to_le_bytes());
    line.extend_from_slice(&u32::try_from(said.len()).unwrap().to_le_bytes());
    line.extend_from_slice(said.as_bytes());
    line
}

/// The shim, compiled once a run; `cc` is there, because the bundled SQLite needs it too.
pub(super) fn shim() -> &'static Path {
    static SHIM: OnceLock<PathBuf> = OnceLock::new();
    SHIM.get_or_init(|| {
        let library = std::env::temp_dir().join(format!("carelane-shim-{}.so", std::process::id()));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/disk/shim.c");
        let compiled =
            Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl").status();
        assert!(compiled.unwrap().success(), "cc cannot compile the shim");
        library
    })
}
