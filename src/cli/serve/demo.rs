//! The first look: the built-in carrier, its automatic assistant, and the words that say what to do next.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use super::settings;
use super::settings::Account;
use super::settings::Args;
use super::settings::Opening;
use crate::carrier::local::AutomaticAssistant;
use crate::carrier::local::LocalCarrier;
use crate::carrier::local::LocalSettings;
use crate::engine::Engine;
use crate::floor::event::Event;
use crate::vocab::CarrierCall;
use crate::vocab::LegId;
use crate::vocab::Number;
use crate::vocab::Private;

/// The account of a carrier that lives and dies with this process.
const LOCAL_ACCOUNT: &str = "AC00000000000000000000000000000000";
/// Which of the demo's people is automatic: she serves the front desk in both languages.
const AUTOMATIC_AGENT: &str = "rosa";

/// Starts the built-in carrier. Calls of its last life died with it: the floor is told so first.
pub(super) async fn start_carrier(
    args: &Args,
    engine: &Engine,
    public: &str,
    ghosts: Vec<(LegId, CarrierCall)>,
) -> Result<(Account, LocalCarrier), String> {
    for (leg, _) in ghosts {
        engine.post(Event::LegFoundOver { leg }).await.map_err(|_| "the desk does not answer".to_owned())?;
    }
    let token = Private::new(settings::random_hex(16)?);
    let clock = engine.clock();
    let (voice, status) = (format!("{public}/voice/incoming"), format!("{public}/voice/status"));
    let mut local =
        LocalSettings::new(voice, status, LOCAL_ACCOUNT.to_owned(), token.clone(), Arc::new(move || clock.now()));
    local.listen = args.local_carrier;
    let view = engine.view().await.map_err(|_| "the desk does not answer".to_owned())?;
    let staff = view.practices.iter().flat_map(|p| &p.staff_number);
    // The practices' numbers first: a phone that names none dials the first.
    let numbers = view.practices.iter().flat_map(|p| &p.numbers).chain(staff);
    local.numbers = numbers.filter_map(|n| Number::parse(n).ok()).collect();
    let carrier = LocalCarrier::start(local).await.map_err(|e| e.to_string())?;
    let account = Account { sid: LOCAL_ACCOUNT.to_owned(), tokens: vec![token], api_base: carrier.api_base() };
    Ok((account, carrier))
}

/// Puts the automatic assistant to work, if the team has her.
pub(super) async fn staff(
    engine: &Engine,
    local: &LocalCarrier,
    token: &Private<String>,
    listening: SocketAddr,
) -> Result<(), String> {
    let view = engine.view().await.map_err(|_| "the desk does not answer".to_owned())?;
    let Some(agent) = view.agents.iter().find(|a| a.id.as_str() == AUTOMATIC_AGENT) else { return Ok(()) };
    let Ok(address) = Number::parse(&agent.address) else { return Ok(()) };
    let who = AutomaticAssistant {
        agent: agent.id.to_string(),
        name: agent.name.to_string(),
        address,
        api: format!("http://{listening}"),
        token: token.clone(),
    };
    local.staff(who, say);
    Ok(())
}

/// What a person who just started carelane wants to know.
pub(super) fn greet(
    args: &Args,
    listening: SocketAddr,
    public: &str,
    token_file: Option<&Path>,
    is_demo: bool,
    local: Option<&LocalCarrier>,
    demo_pins: bool,
) {
    say(&format!("carelane answers on http://{listening}"));
    if is_demo {
        say(&format!("  flows     the built-in demo practice (there is no folder {})", args.flows_folder().display()));
    } else {
        say(&format!("  flows     {}", args.flows_folder().display()));
    }
    if args.opening() == Opening::Always {
        say("  hours     open day and night, whatever the flow files say (CARELANE_OPEN=calendar follows them)");
    }
    say(&format!("  data      {}", args.data.display()));
    if let Some(file) = token_file {
        say(&format!("  API token in {}", file.display()));
    }
    match local {
        Some(local) => {
            say(&format!("  carrier   built in, on {} (for trying out; no phone network)", local.addr()));
            say("");
            say("Next, in a browser:");
            say(&format!("  http://{listening}/phone       be a patient, and hear it"));
            say(&format!("  http://{listening}/softphone   be an assistant: ana, with the API token"));
            say("Or in a second terminal:");
            say("  cargo run -- call             be a patient (or `carelane call`)");
            say("  cargo run -- call --as ana    be an assistant");
            if demo_pins {
                say("  cargo run -- call --from +15550100201 --to +15550100199");
                say("                                be Ana by phone only: PIN 4711#, for this demo only");
            }
            say("");
        }
        None => {
            say("  carrier   twilio; configure the number with");
            say(&format!("            calls   POST {public}/voice/incoming"));
            say(&format!("            status  POST {public}/voice/status"));
        }
    }
}

/// To whoever started carelane; if nobody reads any more (`carelane | head`), work goes on all the same.
fn say(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout(), "{line}");
}
