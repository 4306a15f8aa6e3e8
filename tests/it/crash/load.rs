//! Call load: patients who call, choose, wait and hang up when they like, and assistants who work.
//!
//! Nobody knows of the kills: a phone's carrier goes on, and an API request that meets nobody is sent again.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use carelane::carrier::local::FromPhone;
use carelane::carrier::local::Line;
use carelane::carrier::local::Role;
use carelane::carrier::local::ToPhone;
use carelane::vocab::Number;
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio::time::sleep;
use tokio::time::timeout;

use super::dice::Dice;
use crate::serve::world::OURS;
use crate::serve::world::World;
use crate::serve::world::ask;
use crate::serve::world::list;

const PATIENTS: u64 = 16;
/// Front desk, remote, and nurse line: appointments, questions, and urgent calls are served.
const ASSISTANTS: [(&str, &str); 3] = [("ana", "+15550100201"), ("carla", "+15550100203"), ("grace", "+15550100207")];
const CLOSING: &str = r#"{
    "outcome": "booked",
    "note": {"request": "wants a visit", "action": "offered Tuesday", "next_step": "none, all is booked"}
}"#;

/// API requests that were answered with 200: promises.
#[derive(Default)]
pub(super) struct Told {
    /// Calls that were closed.
    pub(super) closed: Vec<String>,
    /// States that were set.
    pub(super) states: usize,
}

/// Everybody on the phone.
pub(super) struct Load {
    stop: watch::Sender<bool>,
    patients: JoinSet<()>,
    assistants: JoinSet<()>,
    told: Arc<Mutex<Told>>,
}

impl Load {
    pub(super) fn start(world: &World, dice: &mut Dice) -> Self {
        let (stop, stopping) = watch::channel(false);
        let told = Arc::new(Mutex::new(Told::default()));
        let (mut patients, mut assistants) = (JoinSet::new(), JoinSet::new());
        for (agent, phone) in ASSISTANTS {
            let assistant = Assistant {
                agent,
                origin: world.engine.url(""),
                dice: dice.fork(),
                stopping: stopping.clone(),
                told: Arc::clone(&told),
            };
            assistants.spawn(assistant.work(world.carrier.phone_url(), phone));
        }
        for n in 0..PATIENTS {
            let number = format!("+1555010{}", 9_100 + n);
            patients.spawn(live(world.carrier.phone_url(), number, dice.fork(), stopping.clone()));
        }
        Self { stop, patients, assistants, told }
    }

    /// Lets every patient hang up and every assistant finish.
    pub(super) async fn stop(mut self) -> Told {
        self.stop.send_replace(true);
        while let Some(done) = self.patients.join_next().await {
            done.expect("a patient does not panic");
        }
        sleep(Duration::from_secs(2)).await;
        self.assistants.abort_all();
        while self.assistants.join_next().await.is_some() {}
        std::mem::take(&mut *self.told.lock().expect("nobody panics"))
    }
}

async fn connect(url: &str, number: &str, role: Role) -> Line {
    let number = Number::parse(number).expect("a number");
    Line::connect(url, Some(&number), role).await.expect("the carrier takes phones")
}

/// One patient's calls, one after the other.
async fn live(url: String, number: String, mut dice: Dice, mut stopping: watch::Receiver<bool>) {
    let mut line = connect(&url, &number, Role::Patient).await;
    while !*stopping.borrow() {
        sleep(Duration::from_millis(dice.between(0, 800))).await;
        let _ = line.send(FromPhone::Dial { to: OURS.to_owned() }).await;
        let patience = Duration::from_millis(dice.between(1_000, 8_000));
        let chosen_after = Duration::from_millis(dice.between(50, 800));
        let key = ["1", "1", "1", "6", "0", "5", "9", "*", "8"][usize::try_from(dice.between(0, 8)).expect("small")];
        let speaks = dice.percent(20);
        let talks = Duration::from_millis(dice.between(100, 1_200));
        call(&mut line, patience, chosen_after, (key, speaks), talks, &mut stopping).await;
    }
}

/// One call: chooses once, waits as long as the patience lasts, talks for a while.
#[expect(clippy::disallowed_methods, reason = "a patient's patience is real time")]
async fn call(
    line: &mut Line,
    patience: Duration,
    chosen_after: Duration,
    (key, speaks): (&str, bool),
    talks: Duration,
    stopping: &mut watch::Receiver<bool>,
) {
    let mut until = Instant::now() + patience;
    let choice = sleep(chosen_after);
    tokio::pin!(choice);
    let mut chosen = false;
    loop {
        tokio::select! {
            message = line.next() => match message.expect("the carrier goes on") {
                ToPhone::Ended { .. } => return,
                ToPhone::Joined { parties: 2.., .. } => until = until.min(Instant::now() + talks),
                // The call before this one is not quite over at the carrier.
                ToPhone::Error { .. } => return,
                _ => {}
            },
            () = &mut choice, if !chosen => {
                chosen = true;
                let chosen = if speaks {
                    FromPhone::Say { text: "I need an appointment".to_owned() }
                } else {
                    FromPhone::Key { digits: key.to_owned() }
                };
                let _ = line.send(chosen).await;
            }
            () = tokio::time::sleep_until(until) => {
                let _ = line.send(FromPhone::Hangup).await;
                until += Duration::from_secs(60);
            }
            _ = stopping.changed() => until = Instant::now(),
        }
    }
}

struct Assistant {
    agent: &'static str,
    origin: String,
    dice: Dice,
    stopping: watch::Receiver<bool>,
    told: Arc<Mutex<Told>>,
}

impl Assistant {
    /// Takes calls, writes them up, and comes back when she was sent away.
    async fn work(mut self, url: String, phone: &'static str) {
        let mut line = connect(&url, phone, Role::Assistant).await;
        loop {
            match timeout(Duration::from_millis(300), line.next()).await {
                Ok(message) => match message.expect("the carrier goes on") {
                    ToPhone::Incoming { .. } => self.take(&mut line).await,
                    _ => continue,
                },
                Err(_) => self.look().await,
            }
        }
    }

    /// A ringing phone: mostly taken and accepted, sometimes not.
    async fn take(&mut self, line: &mut Line) {
        sleep(Duration::from_millis(self.dice.between(0, 400))).await;
        let doing = self.dice.between(1, 100);
        if doing > 90 {
            let _ = line.send(FromPhone::Hangup).await;
        } else {
            let _ = line.send(FromPhone::Answer).await;
        }
        let hangs_up = self.dice.percent(40);
        loop {
            let message = line.next().await.expect("the carrier goes on");
            match message {
                ToPhone::Heard { text, .. } if text.contains("Press 1") => {
                    sleep(Duration::from_millis(self.dice.between(0, 300))).await;
                    let key = if doing > 80 { "2" } else { "1" };
                    if doing <= 85 {
                        let _ = line.send(FromPhone::Key { digits: key.to_owned() }).await;
                    }
                }
                ToPhone::Joined { parties: 2.., .. } if hangs_up => {
                    sleep(Duration::from_millis(self.dice.between(0, 1_500))).await;
                    let _ = line.send(FromPhone::Hangup).await;
                }
                ToPhone::Ended { .. } => break,
                _ => {}
            }
        }
        self.look().await;
    }

    /// Closes what is hers to close, and makes herself available.
    async fn look(&mut self) {
        let Some(floor) = ask(&self.origin, "GET", "floor", "").await else { return };
        let floor = floor.json();
        for call in
            list(&floor["calls"]).iter().filter(|call| call["agent"] == self.agent && call["state"] == "wrap_up")
        {
            let id = call["call"].as_str().unwrap_or_default();
            let closed = ask(&self.origin, "POST", &format!("calls/{id}/close"), CLOSING).await;
            if closed.is_some_and(|answer| answer.status == 200) {
                self.told.lock().expect("nobody panics").closed.push(id.to_owned());
            }
        }
        let idle = |agent: &&Value| {
            agent["id"] == self.agent && (agent["state"] == "not_ready" || agent["state"] == "logged_out")
        };
        if list(&floor["agents"]).iter().any(|agent| idle(&agent)) && !*self.stopping.borrow() {
            let path = format!("agents/{}/state", self.agent);
            let set = ask(&self.origin, "PUT", &path, r#"{"state":"available"}"#).await;
            if set.is_some_and(|answer| answer.status == 200) {
                self.told.lock().expect("nobody panics").states += 1;
            }
        }
    }
}
