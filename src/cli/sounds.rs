//! `carelane sounds`: the sound files of prompts, listed, built and played.
//!
//! They are needed only where carelane plays the audio itself; a carrier that speaks needs none. Making speech is the
//! work of `sounds/build.py`; this command tells it what is to be said.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::ExitCode;
use std::process::Stdio;

use crate::flow::Flow;
use crate::flow::OPENING_SECONDS_MAX;
use crate::flow::Team;
use crate::flow::check_folder;
use crate::flow::demo;
use crate::media::Manifest;
use crate::media::SoundError;
use crate::media::wav;
use crate::render::Piece;
use crate::render::inventory;

/// Programs that play a WAV file, with what makes them silent about it; the first that is there is used.
const PLAYERS: [(&str, &[&str]); 5] = [
    ("play", &["-q"]),
    ("aplay", &["-q"]),
    ("paplay", &[]),
    ("afplay", &[]),
    ("ffplay", &["-nodisp", "-autoexit", "-loglevel", "quiet"]),
];

const AFTER_HELP: &str = "\
Examples:
  carelane sounds list                         what is said, each with its file
  carelane sounds list --missing               only what has no sound, or a bad one
  carelane sounds build                        make the sounds that are missing (sounds/README.md: what it needs)
  carelane sounds play 'in line'               hear every sound with these words
  carelane sounds play 'in line' --to a.wav    write them to a file instead

Exit code: 0 every sound is there and good, 1 some is not, 2 something cannot be read or run.";

/// List, build or play the sound files of prompts.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
    /// The folder of flow files [default: `flows`, or the built-in demo if there is none]
    #[arg(long, env = "CARELANE_FLOWS", value_name = "DIR", global = true)]
    flows: Option<PathBuf>,
    /// The folder of sounds
    #[arg(long, env = "CARELANE_SOUNDS", value_name = "DIR", default_value = "sounds", global = true)]
    sounds: PathBuf,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// What is said, each with its file
    #[command(after_help = "Examples:
  carelane sounds list
  carelane sounds list --missing --flows /etc/carelane/flows")]
    List {
        /// Only what has no sound, or one that is not good
        #[arg(long)]
        missing: bool,
        /// Print one JSON document instead of text
        #[arg(long)]
        json: bool,
    },
    /// Make the sounds that are missing, by the folder's `build.py`
    #[command(after_help = "Examples:
  carelane sounds build
  carelane sounds build --python .venv/bin/python")]
    Build {
        /// The Python that has the speech packages
        #[arg(long, value_name = "PROGRAM", default_value = "python3")]
        python: PathBuf,
    },
    /// Play the sounds that say these words
    #[command(after_help = "Examples:
  carelane sounds play 'in line'
  carelane sounds play 'in line' --to a.wav")]
    Play {
        /// A part of what is said
        words: String,
        /// Write them to this WAV file instead
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
}

/// Runs the command.
pub fn run(args: &Args) -> ExitCode {
    let done = pieces(args.flows.as_deref()).and_then(|pieces| match &args.verb {
        Verb::List { missing, json } => list(&pieces, &args.sounds, *missing, *json, &mut io::stdout().lock()),
        Verb::Build { python } => build(&pieces, &args.sounds, python),
        Verb::Play { words, to } => play(&args.sounds, words, to.as_deref()),
    });
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(message) => {
            eprintln!("carelane sounds: {message}");
            ExitCode::from(2)
        }
    }
}

/// Everything callers and assistants of these practices may hear.
fn pieces(named: Option<&Path>) -> Result<Wanted, String> {
    let files = super::serve::flow_files(named)?;
    let files = files.unwrap_or_else(|| demo().map(|(path, text)| (path.to_owned(), text.to_owned())).to_vec());
    let checked = check_folder(&files);
    if checked.flows.is_empty() {
        return Err("there is no sound flow file here; `carelane check` says what is wrong".to_owned());
    }
    let mut wanted = Wanted::new();
    for (_, _, flow) in &checked.flows {
        let openings = flow.greeting.opening.values();
        let openings: BTreeSet<&str> = openings.map(AsRef::as_ref).collect();
        let limit = |piece: &Piece| openings.contains(piece.text.as_str()).then_some(OPENING_SECONDS_MAX);
        let said = inventory(flow, checked.team_of(flow));
        wanted.extend(said.into_iter().map(|piece| (piece.clone(), limit(&piece))));
    }
    Ok(wanted)
}

/// How many of a flow's pieces have no sound; `None` if the folder holds no sounds of prompts at all.
pub(super) fn missing(flow: &Flow, team: Option<&Team>, folder: &Path) -> Option<usize> {
    let manifest = Manifest::open(folder).ok()?;
    Some(inventory(flow, team).iter().filter(|piece| manifest.file(piece).is_none()).count())
}

/// What is said, and how many seconds it may take.
type Wanted = BTreeMap<Piece, Option<f64>>;

/// A piece, its file, and what is wrong with it.
struct Entry<'p> {
    piece: &'p Piece,
    /// It may not be longer than this.
    seconds_max: Option<f64>,
    file: Option<String>,
    seconds: Option<f64>,
    flaw: Option<String>,
}

fn entries<'p>(pieces: &'p Wanted, folder: &Path) -> Result<Vec<Entry<'p>>, String> {
    let manifest = match Manifest::open(folder) {
        Err(SoundError::NoManifest(_)) => Manifest::default(),
        other => other.map_err(|error| error.to_string())?,
    };
    let entry = |(piece, seconds_max): (&'p Piece, &Option<f64>)| {
        let file = manifest.file(piece);
        let (seconds, flaw) = match file.map(|file| manifest.read(file)) {
            Some(Ok(sound)) if seconds_max.is_some_and(|most| sound.seconds() > most) => {
                (Some(sound.seconds()), Some("a greeting must say within 3 s who is speaking".to_owned()))
            }
            Some(Ok(sound)) => (Some(sound.seconds()), sound.flaw().map(str::to_owned)),
            Some(Err(error)) => (None, Some(error.to_string())),
            None => (None, Some("it has no sound".to_owned())),
        };
        Entry { piece, seconds_max: *seconds_max, file: file.map(str::to_owned), seconds, flaw }
    };
    Ok(pieces.iter().map(entry).collect())
}

/// Prints the list; true if nothing is missing or flawed.
fn list(pieces: &Wanted, folder: &Path, missing: bool, json: bool, out: &mut impl Write) -> Result<bool, String> {
    let mut entries = entries(pieces, folder)?;
    let (all, bad) = (entries.len(), entries.iter().filter(|entry| entry.flaw.is_some()).count());
    if missing {
        entries.retain(|entry| entry.flaw.is_some());
    }
    let written = if json {
        let sounds: Vec<_> = entries.iter().map(as_json).collect();
        writeln!(out, "{:#}", serde_json::json!({ "sounds": sounds }))
    } else {
        write_table(&entries, all, bad, out)
    };
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("cannot print: {error}")),
        _ => Ok(bad == 0),
    }
}

fn as_json(entry: &Entry<'_>) -> serde_json::Value {
    let Entry { piece, seconds_max, file, seconds, flaw } = entry;
    serde_json::json!({
        "language": piece.language.as_str(), "text": piece.text, "seconds_max": seconds_max, "file": file,
        "seconds": seconds, "flaw": flaw,
    })
}

fn write_table(entries: &[Entry<'_>], all: usize, bad: usize, out: &mut impl Write) -> io::Result<()> {
    for Entry { piece, file, seconds, flaw, .. } in entries {
        let length = seconds.map_or("     -".to_owned(), |seconds| format!("{seconds:5.1}s"));
        let place = file.as_deref().unwrap_or("(no sound)");
        writeln!(out, "{} {length}  {}\n              {place}", piece.language, piece.text)?;
        if let (Some(flaw), Some(_)) = (flaw, file) {
            writeln!(out, "              but {flaw}")?;
        }
    }
    writeln!(out, "{all} things are said; {bad} of them without a good sound.")
}

/// Has the folder's script make what is missing.
fn build(pieces: &Wanted, folder: &Path, python: &Path) -> Result<bool, String> {
    let script = folder.join("build.py");
    let cannot = |error: io::Error| format!("cannot run {} {}: {error}", python.display(), script.display());
    let mut wanted = Vec::new();
    list(pieces, folder, false, true, &mut wanted)?;
    let mut built = Command::new(python).arg(&script).arg(folder).stdin(Stdio::piped()).spawn().map_err(cannot)?;
    let given = built.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(&wanted));
    let status = built.wait().map_err(cannot)?;
    if !status.success() {
        return Err(format!("{} failed ({status}); sounds/README.md says what it needs", script.display()));
    }
    given.map_err(cannot)?;
    list(pieces, folder, true, false, &mut io::stdout().lock())
}

/// Plays, or writes to a file, every sound that says these words.
fn play(folder: &Path, words: &str, to: Option<&Path>) -> Result<bool, String> {
    let manifest = Manifest::open(folder).map_err(|error| error.to_string())?;
    let words = words.to_lowercase();
    let found: Vec<(&Piece, &str)> =
        manifest.files().filter(|(piece, _)| piece.text.to_lowercase().contains(&words)).collect();
    if found.is_empty() {
        eprintln!("carelane sounds: no sound says `{words}`");
        return Ok(false);
    }
    let mut sound = Vec::new();
    for (piece, file) in found {
        println!("{} {}", piece.language, piece.text);
        match to {
            Some(_) => sound.extend(manifest.read(file).map_err(|error| error.to_string())?.mulaw),
            None => play_file(&folder.join(file))?,
        }
    }
    let Some(to) = to else { return Ok(true) };
    std::fs::write(to, wav::write(&sound)).map_err(|error| format!("cannot write `{}`: {error}", to.display()))?;
    Ok(true)
}

fn play_file(path: &Path) -> Result<(), String> {
    for (player, quietly) in PLAYERS {
        match Command::new(player).args(quietly).arg(path).status() {
            Ok(status) if status.success() => return Ok(()),
            Ok(status) => return Err(format!("{player} could not play `{}` ({status})", path.display())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(format!("cannot run {player}: {error}")),
        }
    }
    let names = PLAYERS.map(|(name, _)| name).join(", ");
    Err(format!("there is no program that plays sound here ({names}); `--to FILE` writes it to a file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    #[test]
    fn the_demo_greets_with_sounds_and_every_sound_it_has_is_good() {
        assert!(pieces(Some(Path::new("/no/such/folder"))).unwrap_err().contains("/no/such/folder"));
        let wanted = pieces(None).unwrap();
        let entries = entries(&wanted, &root().join("sounds")).unwrap();
        for Entry { piece, file, flaw, seconds_max, .. } in &entries {
            // A sentence without a sound is said by the carrier; the greeting is what every caller hears.
            let greets = seconds_max.is_some() || piece.text.contains("911") || piece.text.contains("oprima el 9");
            assert!(flaw.is_none() || (file.is_none() && !greets), "{piece:?}: {flaw:?}; `carelane sounds build`");
        }
    }

    #[test]
    fn what_has_no_sound_is_named() {
        let pieces = Wanted::from([(Piece::new("Bonjour.", &crate::vocab::Language::parse("fr").unwrap()), None)]);
        let mut printed = Vec::new();
        assert_eq!(list(&pieces, &root().join("sounds"), true, false, &mut printed), Ok(false));
        let printed = String::from_utf8(printed).unwrap();
        assert!(printed.contains("fr      -  Bonjour.\n") && printed.contains("(no sound)"), "{printed}");
    }

    #[test]
    fn without_a_folder_everything_is_missing_and_that_is_no_failure_to_read() {
        let pieces = Wanted::from([(Piece::new("Hello.", &crate::vocab::Language::parse("en").unwrap()), None)]);
        assert_eq!(list(&pieces, Path::new("/no/such/folder"), false, true, &mut Vec::new()), Ok(false));
    }

    #[test]
    fn sounds_with_the_words_are_written_one_after_the_other() {
        let to = std::env::temp_dir().join(format!("carelane-sounds-{}.wav", std::process::id()));
        assert_eq!(play(&root().join("sounds"), "you are in line for appointments", Some(&to)), Ok(true));
        let sound = wav::read(&std::fs::read(&to).unwrap()).unwrap();
        std::fs::remove_file(&to).unwrap();
        assert!(sound.len() > 2 * crate::media::g711::RATE, "{} bytes", sound.len());
        assert_eq!(play(&root().join("sounds"), "nobody says this", None), Ok(false));
    }

    #[test]
    fn the_arguments_are_sound() {
        <Args as clap::Args>::augment_args(clap::Command::new("sounds")).debug_assert();
    }
}
