//! The same for the real binary: what left it as the answer to a webhook is on the disk, whenever the power goes and
//! whichever sync fails.
//!
//! An answer is told from the recording's point of view after it came here, so each stands where it left or later.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;

use carelane::carrier::twilio::Form;
use carelane::carrier::twilio::sign;
use carelane::floor::fact::Fact;
use carelane::journal::Journal;
use carelane::vocab::Private;

use super::platter::Left;
use super::platter::Platter;
use super::recording;
use super::recording::Step;
use super::writer::FAILED;
use crate::serve::http;
use crate::serve::process::Folder;
use crate::serve::process::Served;
use crate::serve::process::behind_a_carrier;
use crate::serve::process::free_address;
use crate::serve::world::AUTH_TOKEN;
use crate::serve::world::OURS;
use crate::serve::world::ask;
use crate::serve::world::write_flows;

const CALLS: u32 = 12;
/// Power cuts of a normal run, four images each.
const CUTS: usize = 40;

/// A leg's treatment that a document names: the promise in an answer.
type Given = (u64, u32);

/// The treatment that a document hands out; `None` for words that promise nothing.
fn given(document: &str) -> Option<Given> {
    let (_, rest) = document.split_once("/voice/")?;
    let mut parts = rest.split(['/', '"', '<']).skip(1);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// A carelane behind the shim.
struct Recorded {
    engine: Served,
    root: Folder,
    acknowledged: Vec<Given>,
}

impl Recorded {
    fn new() -> Self {
        // Nobody listens there: no assistant is ready, so nothing is asked of the carrier.
        let mut engine = Served::new(free_address(), behind_a_carrier("http://127.0.0.1:9", &[]));
        write_flows(&engine, |_, text| text);
        let root = Folder::new();
        fs::create_dir(root.path().join("disk")).unwrap();
        let data = root.path().join("disk/data").display().to_string();
        engine.vars.iter_mut().find(|(name, _)| name == "CARELANE_DATA").unwrap().1 = data;
        Self { engine, root, acknowledged: Vec::new() }
    }

    fn disk(&self) -> std::path::PathBuf {
        self.root.path().join("disk")
    }

    fn recording(&self) -> std::path::PathBuf {
        self.root.path().join("recording")
    }

    /// Sets the shim in front of the next start.
    fn behind_the_shim(&mut self, fault: Option<&str>) {
        let at = |path: &Path| path.display().to_string();
        let mut vars = vec![
            ("LD_PRELOAD", at(recording::shim())),
            ("SHIM_ROOT", at(&self.disk())),
            ("SHIM_LOG", at(&self.recording())),
        ];
        vars.extend(fault.map(|fault| ("SHIM_FAULT", fault.to_owned())));
        self.engine.vars.extend(vars.into_iter().map(|(name, value)| (name.to_owned(), value)));
    }

    fn without_the_shim(&mut self) {
        self.engine.vars.retain(|(name, _)| name != "LD_PRELOAD" && !name.starts_with("SHIM_"));
    }

    /// One signed webhook; the document's promise is noted, here and in the recording. `false` if nobody answers.
    async fn post(&mut self, url: &str, body: &str) -> bool {
        let form = Form::decode(body.as_bytes()).unwrap();
        let signature = sign(&Private::new(AUTH_TOKEN.to_owned()), url, &form);
        let headers =
            [("x-twilio-signature", signature.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        let Some(answer) = http::send("POST", url, &headers, body.as_bytes()).await else { return false };
        if answer.status == 200
            && let Some(given) = given(&answer.text())
        {
            self.acknowledged.push(given);
            let mut log = fs::File::options().append(true).open(self.recording()).unwrap();
            log.write_all(&recording::acknowledgement(self.acknowledged.len())).unwrap();
        }
        true
    }

    /// Callers who choose, wait and hang up, until that is done or nobody answers.
    async fn calls(&mut self) {
        // Who is signed in but not ready lets callers wait.
        let url = self.engine.url("");
        if ask(&url, "PUT", "agents/ana/state", r#"{"state":"not_ready"}"#).await.is_none() {
            return;
        }
        for n in 0..CALLS {
            let who = format!("CallSid=CA{n:032}&From=%2B1555010{:04}&To={}", 9_000 + n, OURS.replace('+', "%2B"));
            let before = self.acknowledged.len();
            let incoming = self.engine.url("/voice/incoming");
            if !self.post(&incoming, &format!("{who}&CallStatus=ringing")).await {
                return;
            }
            let Some((leg, serial)) = self.acknowledged.get(before).copied() else { continue };
            let floor = self.floor();
            let done = self.engine.url(&format!("/voice/{floor}/{leg}/{serial}/done"));
            let status = self.engine.url("/voice/status");
            if !self.post(&done, &format!("{who}&Digits=1")).await
                || !self.post(&status, &format!("{who}&CallStatus=completed")).await
            {
                return;
            }
        }
    }

    /// The floor's name, as its first entry says it.
    fn floor(&self) -> String {
        let mut reader = carelane::journal::JournalReader::open(&self.disk().join("data"), None).unwrap();
        let first = reader.read_range(1, 1).unwrap();
        match &first[0].facts[..] {
            [Fact::FloorOpened(id), ..] => id.to_string(),
            other => panic!("the first facts are {other:?}"),
        }
    }

    /// Opens what a crash left; says which promises are missing.
    fn missing(&self, data: &Path, acknowledged: usize) -> Result<Vec<Given>, String> {
        let mut kept = BTreeSet::new();
        let opened = Journal::open(data, None, |entry| {
            kept.extend(entry.facts.iter().filter_map(|fact| match fact {
                Fact::LegTreated { leg, serial, .. } => Some((leg.0, *serial)),
                _ => None,
            }));
        });
        opened.map_err(|e| e.to_string())?;
        Ok(self.acknowledged[..acknowledged].iter().filter(|given| !kept.contains(*given)).copied().collect())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_left_the_real_binary_is_there_whenever_the_power_goes() {
    let mut recorded = Recorded::new();
    recorded.behind_the_shim(None);
    recorded.engine.start_and_wait().await;
    recorded.calls().await;
    recorded.engine.kill();
    let steps = recording::read(&recorded.recording());
    assert_eq!(recorded.acknowledged.len(), 2 * CALLS as usize, "a document for each call and each choice");
    let first = steps.iter().position(|step| matches!(step, Step::Acknowledged(_))).unwrap();
    let (mut platter, mut acknowledged) = (Platter::default(), 0);
    let image = recorded.root.path().join("image");
    for (at, step) in steps.iter().enumerate() {
        platter.take(step);
        if let Step::Acknowledged(count) = step {
            acknowledged = *count as usize;
        }
        if at < first || !(at - first).is_multiple_of(((steps.len() - first) / CUTS).max(1)) {
            continue;
        }
        for left in [Left::Nothing, Left::All, Left::Torn(at as u64), Left::Torn(!(at as u64))] {
            let _ = fs::remove_dir_all(&image);
            fs::create_dir(&image).unwrap();
            platter.leave(left, &recorded.disk(), &image);
            let missing = recorded.missing(&image.join("data"), acknowledged);
            let what = || format!("after step {at} ({}), {left:?}", step.describe());
            let missing = missing.unwrap_or_else(|why| panic!("{}: refused: {why}", what()));
            assert!(missing.is_empty(), "{}: {missing:?} left carelane and are not there", what());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_left_the_real_binary_is_there_whichever_sync_or_write_fails() {
    let all = std::env::var("CARELANE_TEST_FAULTS").is_ok_and(|which| which == "all");
    let faults: Vec<String> = if all {
        let each = |kind: &'static str, what: &'static str, count: u32| {
            (1..=count).flat_map(move |n| ["once", "on"].map(|often| format!("{kind}:{n}:{what}:{often}")))
        };
        each("sync", "EIO", 60).chain(each("write", "EIO", 120)).chain(each("write", "ENOSPC", 120)).collect()
    } else {
        ["sync:24:EIO:once", "sync:30:EIO:on", "write:60:EIO:once", "write:64:ENOSPC:once"].map(str::to_owned).into()
    };
    let mut failed = 0;
    for fault in faults {
        let mut recorded = Recorded::new();
        recorded.behind_the_shim(Some(&fault));
        recorded.engine.start();
        if recorded.engine.comes_up().await {
            recorded.calls().await;
        }
        match recorded.engine.ended() {
            // It went on: the fault hit nothing that counts, or the disk had room again.
            None => recorded.engine.kill(),
            Some(code) => {
                failed += 1;
                assert!([Some(FAILED), Some(1)].contains(&code), "{fault}: {code:?}\n{}", recorded.engine.log());
            }
        }
        let missing = recorded.missing(&recorded.disk().join("data"), recorded.acknowledged.len());
        assert_eq!(missing, Ok(Vec::new()), "{fault}: not there\n{}", recorded.engine.log());
        recorded.without_the_shim();
        recorded.engine.start_and_wait().await;
        recorded.engine.kill();
    }
    assert!(failed > 0, "no fault was noticed");
}
