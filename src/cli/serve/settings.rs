//! Settings: each is an environment variable and a flag; secrets can also be files.

use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;

use clap::ValueEnum;
use ring::rand::SecureRandom as _;
use ring::rand::SystemRandom;

use super::flows::FLOWS_DEFAULT;
use crate::vocab::Private;

const AFTER_HELP: &str = "\
Examples:
  carelane                                        the demo practice on the built-in carrier, nothing else needed
  carelane serve --flows /etc/carelane/flows --data /var/lib/carelane --carrier twilio \\
      --public-url https://voice.example.org      a practice on a real carrier

Secrets can be given as files: CARELANE_API_TOKEN_FILE, TWILIO_AUTH_TOKEN_FILE, CARELANE_DATA_KEY_FILE,
CARELANE_RECOGNISER_TOKEN_FILE.
A carrier is configured with two URLs: PUBLIC_URL/voice/incoming for calls, PUBLIC_URL/voice/status for their status.";

/// The carrier's public API: whoever uses it calls us from outside.
const TWILIO_API: &str = "https://api.twilio.com";

/// Answer calls.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Where carelane listens
    #[arg(long, env = "CARELANE_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The folder of flow and team files [default: `flows`, or the built-in demo if there is none]
    #[arg(long, env = "CARELANE_FLOWS", value_name = "DIR")]
    pub flows: Option<PathBuf>,
    /// A folder whose `hold.wav` replaces the built-in music
    #[arg(long, env = "CARELANE_SOUNDS", value_name = "DIR", default_value = "sounds")]
    pub sounds: PathBuf,
    /// The data folder: journal, keys, tokens
    #[arg(long, env = "CARELANE_DATA", value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
    /// carelane's address as the carrier sees it [default: http:// and the listening address]
    #[arg(long, env = "CARELANE_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// The API's token [default: one is generated into the data folder]
    #[arg(long, env = "CARELANE_API_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub api_token: Option<String>,
    /// A file that holds the API's token
    #[arg(long, env = "CARELANE_API_TOKEN_FILE", value_name = "FILE", conflicts_with = "api_token")]
    pub api_token_file: Option<PathBuf>,
    /// A file that holds the key of personal data at rest [default: one is generated into the data folder]
    #[arg(long, env = "CARELANE_DATA_KEY_FILE", value_name = "FILE")]
    pub data_key_file: Option<PathBuf>,
    /// A file with the PINs of assistants who call the staff number; `carelane pin` makes its lines
    #[arg(long, env = "CARELANE_PINS_FILE", value_name = "FILE")]
    pub pins_file: Option<PathBuf>,
    /// Who brings the calls
    #[arg(long, env = "CARELANE_CARRIER", value_name = "CARRIER", default_value = "local")]
    pub carrier: CarrierKind,
    /// Whether the flow files' hours count [default: calendar; on the built-in carrier always]
    #[arg(long, env = "CARELANE_OPEN", value_name = "HOURS")]
    pub open: Option<Opening>,
    /// Who plays and hears the audio
    #[arg(long, env = "CARELANE_MEDIA", value_name = "MEDIA", default_value = "carrier")]
    pub media: MediaKind,
    /// A recogniser of speech, to which what callers say in media streams is sent [default: none, keys only]
    #[arg(long, env = "CARELANE_RECOGNISER_URL", value_name = "URL")]
    pub recogniser_url: Option<String>,
    /// The recogniser's token
    #[arg(long, env = "CARELANE_RECOGNISER_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub recogniser_token: Option<String>,
    /// A file that holds the recogniser's token
    #[arg(long, env = "CARELANE_RECOGNISER_TOKEN_FILE", value_name = "FILE", conflicts_with = "recogniser_token")]
    pub recogniser_token_file: Option<PathBuf>,
    /// Where the built-in carrier listens, for phones in the terminal
    #[arg(long, env = "CARELANE_LOCAL_CARRIER", value_name = "ADDR", default_value = "127.0.0.1:8081")]
    pub local_carrier: SocketAddr,
    /// The carrier account
    #[arg(long, env = "TWILIO_ACCOUNT_SID", value_name = "SID")]
    pub twilio_account_sid: Option<String>,
    /// The account's token; two, separated by a comma, while it is being rotated (the first one is used for REST)
    #[arg(long, env = "TWILIO_AUTH_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub twilio_auth_token: Option<String>,
    /// A file that holds the account's token
    #[arg(long, env = "TWILIO_AUTH_TOKEN_FILE", value_name = "FILE", conflicts_with = "twilio_auth_token")]
    pub twilio_auth_token_file: Option<PathBuf>,
    /// The origin of the carrier's REST API
    #[arg(long, env = "TWILIO_API_BASE", value_name = "URL", default_value = TWILIO_API)]
    pub twilio_api_base: String,
    /// New calls a second that the carrier account allows
    #[arg(long, env = "CARELANE_DIAL_RATE", value_name = "N", default_value_t = 1.0, value_parser = dial_rate)]
    pub dial_rate: f64,
}

/// Carriers count in whole seconds, and none allows more than a few hundred.
fn dial_rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| "this is no number".to_owned())?;
    if (0.1..=500.0).contains(&rate) { Ok(rate) } else { Err("new calls a second are 0.1 to 500".to_owned()) }
}

/// Who brings the calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CarrierKind {
    /// The built-in carrier: phones in the terminal, no account.
    Local,
    /// Twilio, or a carrier that speaks its webhooks and REST.
    Twilio,
}

/// When practices are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Opening {
    /// As their flow files say.
    Calendar,
    /// Day and night, for trying out.
    Always,
}

/// Who plays and hears the audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MediaKind {
    /// The carrier, by TwiML.
    Carrier,
    /// carelane, by media streams, as far as there are sounds.
    Stream,
}

/// A carrier account.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) sid: String,
    /// The first is used for REST; webhooks may be signed with any.
    pub(super) tokens: Vec<Private<String>>,
    pub(super) api_base: String,
}

impl Args {
    /// Where flow files are looked for.
    pub(super) fn flows_folder(&self) -> &Path {
        self.flows.as_deref().unwrap_or(Path::new(FLOWS_DEFAULT))
    }

    /// On the built-in carrier nobody's health depends on the hour, and people try it at any.
    pub(super) fn opening(&self) -> Opening {
        self.open.unwrap_or(match self.carrier {
            CarrierKind::Local => Opening::Always,
            CarrierKind::Twilio => Opening::Calendar,
        })
    }

    /// The address a carrier sees, without a slash at the end.
    ///
    /// # Errors
    /// If it is none, or if a carrier out there would have to call this machine's own.
    pub(super) fn public(&self, listening: SocketAddr) -> Result<String, String> {
        let is_far = self.carrier == CarrierKind::Twilio && self.twilio_api_base == TWILIO_API;
        if self.public_url.is_none() && is_far {
            return Err("CARELANE_CARRIER=twilio needs CARELANE_PUBLIC_URL: the address at which the carrier reaches \
                        carelane, like https://voice.example.org; webhooks are signed with it"
                .to_owned());
        }
        let public = self.public_url.clone().unwrap_or_else(|| format!("http://{listening}"));
        let origin = public.strip_prefix("https://").or_else(|| public.strip_prefix("http://")).unwrap_or_default();
        let odd =
            |c: char| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#' | '<' | '>' | '&' | '"' | '\'');
        if origin.is_empty() || origin.starts_with('/') || origin.contains(odd) {
            return Err(format!(
                "CARELANE_PUBLIC_URL is `{public}`, which is no address a carrier could call; it should look like \
                 https://voice.example.org, without a query"
            ));
        }
        Ok(public.trim_end_matches('/').to_owned())
    }

    /// The account for a real carrier.
    pub(super) fn account(&self) -> Result<Account, String> {
        let sid = self.twilio_account_sid.clone().filter(|sid| !sid.is_empty());
        let sid = sid.ok_or("CARELANE_CARRIER=twilio needs TWILIO_ACCOUNT_SID (AC…, from the carrier's console)")?;
        let token = match (&self.twilio_auth_token, &self.twilio_auth_token_file) {
            (Some(token), _) => token.clone(),
            (None, Some(file)) => read_secret(file)?,
            (None, None) => String::new(),
        };
        let tokens = token.split(',').map(str::trim).filter(|t| !t.is_empty());
        let tokens: Vec<_> = tokens.map(|t| Private::new(t.to_owned())).collect();
        if tokens.is_empty() {
            return Err(
                "CARELANE_CARRIER=twilio needs TWILIO_AUTH_TOKEN or TWILIO_AUTH_TOKEN_FILE: without it nobody \
                        could tell the carrier's webhooks from forged ones"
                    .to_owned(),
            );
        }
        Ok(Account { sid, tokens, api_base: self.twilio_api_base.clone() })
    }

    /// The recogniser's token, if it wants one.
    pub(super) fn recogniser_token(&self) -> Result<Option<Private<String>>, String> {
        let token = match (&self.recogniser_token, &self.recogniser_token_file) {
            (Some(token), _) => Some(token.clone()),
            (None, Some(file)) => Some(read_secret(file)?),
            (None, None) => None,
        };
        Ok(token.filter(|token| !token.is_empty()).map(Private::new))
    }

    /// The API's token, and where it is kept if it was generated.
    pub(super) fn api_token(&self) -> Result<(Private<String>, Option<PathBuf>), String> {
        if let Some(token) = self.api_token.as_ref().filter(|t| !t.is_empty()) {
            return Ok((Private::new(token.clone()), None));
        }
        if let Some(file) = &self.api_token_file {
            return Ok((Private::new(read_secret(file)?), None));
        }
        let file = self.data.join("api-token");
        if file.exists() {
            return Ok((Private::new(read_secret(&file)?), Some(file)));
        }
        let token = random_hex(32)?;
        write_secret(&file, &token)?;
        Ok((Private::new(token), Some(file)))
    }
}

fn read_secret(file: &Path) -> Result<String, String> {
    let text =
        std::fs::read_to_string(file).map_err(|e| format!("cannot read the secret in {}: {e}", file.display()))?;
    let secret = text.trim().to_owned();
    if secret.is_empty() { Err(format!("the secret file {} is empty", file.display())) } else { Ok(secret) }
}

/// Writes a file that only its owner may read.
pub(super) fn write_secret(file: &Path, secret: &str) -> Result<(), String> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let written = options.open(file).and_then(|mut f| f.write_all(secret.as_bytes()).and_then(|()| f.sync_all()));
    written.map_err(|e| format!("cannot write {}: {e}", file.display()))
}

/// So many random bytes, in hex.
pub(super) fn random_hex(bytes: usize) -> Result<String, String> {
    let mut random = vec![0; bytes];
    SystemRandom::new().fill(&mut random).map_err(|_| "the system gives no random numbers".to_owned())?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}
