//! The carrier's REST API: create, redirect, end, fetch and list calls.
//!
//! Requests that may be carried out twice without harm are repeated until they succeed or the caller's patience is
//! over. **Creating a call is not one of them**: it is repeated only when it certainly was not carried out (no
//! connection, 429). Any other failure comes back as unknown, and the caller looks with [`RestClient::list_calls`]
//! before it creates the call again. Nothing of a request is logged but its kind.

mod recordings;

use std::collections::BTreeMap;
use std::time::Duration;

use form_urlencoded::Serializer;
use form_urlencoded::byte_serialize;
use serde::Deserialize;
use tokio::time::timeout;

use super::backoff::Backoff;
use super::backoff::Patience;
use super::backoff::persist;
use super::budget::Budget;
use super::budget::Monotonic;
use super::budget::Rate;
use super::fault::Doubt;
use super::fault::RestError;
use super::transport::SettingsError;
use super::transport::Transport;
use super::webhook::carrier_call;
use super::webhook::leg_status;
use crate::floor::event::LegStatus;
use crate::vocab::Caller;
use crate::vocab::CarrierCall;
use crate::vocab::Private;
use crate::vocab::Timestamp;

/// Calls on one page of a listing, and pages read: a listing stops after a thousand calls.
const PAGE_CALLS: &str = "100";
const PAGES_MAX: usize = 10;

/// How the carrier's API is reached.
#[derive(Clone, Debug)]
pub struct RestSettings {
    /// The API's origin; `/2010-04-01` is appended.
    pub api_base: String,
    /// The account that owns our numbers.
    pub account_sid: String,
    /// Its token.
    pub auth_token: Private<String>,
    /// Longest time to open a connection.
    pub connect_timeout: Duration,
    /// Longest time for one request with its answer, connecting included.
    pub request_timeout: Duration,
    /// Pauses between attempts.
    pub backoff: Backoff,
    /// Calls created. What exceeds the account's rate is queued by the carrier for up to a day: better it waits here.
    pub create_rate: Rate,
    /// All other requests.
    pub other_rate: Rate,
}

impl RestSettings {
    /// Settings with the usual limits: 3 s to connect, 8 s a request, 1 new call and 50 other requests a second.
    pub fn new(api_base: &str, account_sid: &str, auth_token: Private<String>) -> Self {
        Self {
            api_base: api_base.to_owned(),
            account_sid: account_sid.to_owned(),
            auth_token,
            connect_timeout: Duration::from_secs(3),
            request_timeout: Duration::from_secs(8),
            backoff: Backoff { first: Duration::from_millis(200), longest: Duration::from_secs(3) },
            create_rate: Rate { per_second: 1.0, burst: 1 },
            other_rate: Rate { per_second: 50.0, burst: 50 },
        }
    }
}

/// A call to be created. It has no `Debug`: numbers are personal data.
#[derive(Clone, Copy)]
pub struct NewCall<'a> {
    /// Whom to ring: a number in E.164, `client:…` or `sip:…`.
    pub to: &'a str,
    /// A number of ours.
    pub from: &'a str,
    /// Where the carrier fetches what to say when somebody answers; absolute.
    pub url: &'a str,
    /// Where the carrier tells how the leg fares; absolute.
    pub status_callback: &'a str,
    /// How long it rings, in whole seconds, up to 600. The carrier may ring 5 s longer.
    pub ring: Duration,
}

/// A created call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedCall {
    /// The carrier's name for the leg.
    pub carrier_call: CarrierCall,
    /// Its state, usually `Initiated`; `None` if the carrier uses a word we do not know.
    pub status: Option<LegStatus>,
}

/// Which calls to list.
#[derive(Clone, Copy)]
pub struct CallQuery<'a> {
    /// Only calls to this address.
    pub to: Option<&'a str>,
    /// Only calls from this one.
    pub from: Option<&'a str>,
    /// Only calls started at this moment or later, and those not started yet. The carrier knows whole seconds by its
    /// own clock: the part of a second is dropped, and a margin for a clock that runs ahead is the caller's choice.
    pub started_after: Timestamp,
}

/// A call as the carrier's API tells of it. It lags behind: callbacks know more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallSummary {
    /// The carrier's name for the leg.
    pub carrier_call: CarrierCall,
    /// Its state; `None` if the carrier uses a word we do not know.
    pub status: Option<LegStatus>,
    /// When it started, in whole seconds; `None` if it has not (the carrier queues what exceeds the account's rate).
    pub started: Option<Timestamp>,
    /// Did somebody call us? We make the other calls.
    pub inbound: bool,
    /// Who called, or which of our numbers did.
    pub from: Caller,
}

/// The carrier's REST API for one account. Shared by reference; connections and rates are shared with it.
pub struct RestClient {
    transport: Transport,
    /// `/2010-04-01/Accounts/{AC}/Calls`.
    calls: String,
    /// `/2010-04-01/Accounts/{AC}/Recordings`.
    recordings: String,
    backoff: Backoff,
    creates: Budget,
    others: Budget,
}

impl RestClient {
    /// A client; nothing is connected yet. `now` is for the request rates.
    pub fn new(settings: &RestSettings, now: Monotonic) -> Result<Self, SettingsError> {
        Ok(Self {
            transport: Transport::new(settings)?,
            calls: format!("/2010-04-01/Accounts/{}/Calls", segment(&settings.account_sid)),
            recordings: format!("/2010-04-01/Accounts/{}/Recordings", segment(&settings.account_sid)),
            backoff: settings.backoff,
            creates: Budget::new(settings.create_rate, now.clone()),
            others: Budget::new(settings.other_rate, now),
        })
    }

    /// Rings somebody. With [`RestError::outcome_unknown`] the call may exist: list before creating it again.
    pub async fn create_call(&self, call: &NewCall<'_>, patience: &Patience<'_>) -> Result<CreatedCall, RestError> {
        let form = create_form(call);
        let path = format!("{}.json", self.calls);
        let afresh = RestError::may_send_afresh;
        let body: CallBody = persist("create call", patience, self.backoff, &self.creates, afresh, || async {
            self.transport.send(&path, Some(form.clone())).await?.read(false)
        })
        .await?;
        let summary = body.summary().ok_or(RestError::Unknown(Doubt::Unreadable))?;
        Ok(CreatedCall { carrier_call: summary.carrier_call, status: summary.status })
    }

    /// Makes the carrier stop what a leg hears and fetch `url` (absolute). [`RestError::Gone`]: the leg is over.
    pub async fn redirect_call(&self, call: &CarrierCall, url: &str, patience: &Patience<'_>) -> Result<(), RestError> {
        let form = Serializer::new(String::new()).append_pair("Url", url).append_pair("Method", "POST").finish();
        self.change_call("redirect call", call, form, patience).await
    }

    /// Ends a leg, also one that still rings. [`RestError::Gone`]: it is over already.
    pub async fn complete_call(&self, call: &CarrierCall, patience: &Patience<'_>) -> Result<(), RestError> {
        let form = Serializer::new(String::new()).append_pair("Status", "completed").finish();
        self.change_call("end call", call, form, patience).await
    }

    /// Asks how a leg fares. [`RestError::Gone`]: the carrier does not know it.
    pub async fn fetch_call(&self, call: &CarrierCall, patience: &Patience<'_>) -> Result<CallSummary, RestError> {
        let path = self.call_path(call);
        self.again("fetch call", patience, || async {
            let body: CallBody = self.transport.send(&path, None).await?.read(true)?;
            body.summary().ok_or(RestError::Unknown(Doubt::Unreadable))
        })
        .await
    }

    /// Lists calls, oldest first, those not started yet last; at most a thousand, the newest.
    pub async fn list_calls(
        &self,
        query: &CallQuery<'_>,
        patience: &Patience<'_>,
    ) -> Result<Vec<CallSummary>, RestError> {
        // A call that the carrier has queued has no start, and a listing by start would miss it. It is looked for
        // first: in this order a call that leaves the queue meanwhile is found by the second listing.
        let since = query.started_after.0.div_euclid(1_000);
        let start = second(since);
        let listings = async {
            let mut found = BTreeMap::new();
            let parties = [("To", query.to), ("From", query.from)];
            let parties = parties.into_iter().filter_map(|(name, value)| Some((name, value?)));
            let by = |filter| parties.clone().chain([filter]).collect::<Vec<_>>();
            self.list_into(&mut found, &by(("Status", "queued")), patience).await?;
            self.list_into(&mut found, &by(("StartTime>", &start)), patience).await?;
            Ok(found)
        };
        let found = timeout(patience.within, listings).await.map_err(|_| RestError::Unknown(Doubt::TimedOut))??;
        let in_time = |call: &CallSummary| call.started.is_none_or(|started| started.0 >= since * 1_000);
        let mut calls: Vec<CallSummary> = found.into_values().filter(in_time).collect();
        calls.sort_by_key(|call| (call.started.is_none(), call.started));
        Ok(calls)
    }

    /// Lists every call that somebody made to this number of ours between two moments, oldest first, however many.
    /// A stretch with more calls than a listing holds is halved, down to the carrier's second.
    pub async fn list_inbound(
        &self,
        to: &str,
        (from, until): (Timestamp, Timestamp),
        patience: &Patience<'_>,
    ) -> Result<Vec<CallSummary>, RestError> {
        let mut found = BTreeMap::new();
        let mut stretches = vec![(from.0.div_euclid(1_000), None)];
        while let Some((first, last)) = stretches.pop() {
            let (start, end) = (second(first), last.map(second));
            let mut filters = vec![("To", to), ("StartTime>", start.as_str())];
            // A plain "since" is what every carrier knows.
            filters.extend(end.as_deref().map(|end| ("StartTime<", end)));
            let listing = self.list_into(&mut found, &filters, patience);
            let whole = timeout(patience.within, listing).await.map_err(|_| RestError::Unknown(Doubt::TimedOut))??;
            let last = last.unwrap_or_else(|| until.0.div_euclid(1_000));
            if !whole && first < last {
                let half = i64::midpoint(first, last);
                stretches.extend([(first, Some(half)), (half + 1, Some(last))]);
            }
        }
        let mut calls: Vec<CallSummary> = found.into_values().filter(|call| call.inbound).collect();
        calls.sort_by_key(|call| call.started);
        Ok(calls)
    }

    /// Reads a listing page by page; `false` if there was more of it than is read.
    async fn list_into(
        &self,
        found: &mut BTreeMap<CarrierCall, CallSummary>,
        filters: &[(&str, &str)],
        patience: &Patience<'_>,
    ) -> Result<bool, RestError> {
        let parts = filters.iter().copied().chain([("PageSize", PAGE_CALLS)]);
        let mut next = format!("{}.json?{}", self.calls, Serializer::new(String::new()).extend_pairs(parts).finish());
        for _ in 0..PAGES_MAX {
            let page: PageBody = self
                .again("list calls", patience, async || self.transport.send(&next, None).await?.read(false))
                .await?;
            for call in page.calls {
                let call = call.summary().ok_or(RestError::Unknown(Doubt::Unreadable))?;
                found.insert(call.carrier_call.clone(), call);
            }
            match page.next_page_uri {
                // Only a path of this account: our credentials go with it.
                Some(uri) if uri.starts_with(&self.calls) => next = uri,
                Some(_) => return Err(RestError::Unknown(Doubt::Unreadable)),
                None => return Ok(true),
            }
        }
        Ok(false)
    }

    async fn change_call(
        &self,
        doing: &'static str,
        call: &CarrierCall,
        form: String,
        patience: &Patience<'_>,
    ) -> Result<(), RestError> {
        let path = self.call_path(call);
        // A yes is enough: sending the change again because its answer is garbled would make the carrier start the
        // document over, and the caller hear its beginning twice.
        self.again(doing, patience, || async { self.transport.send(&path, Some(form.clone())).await?.accepted(true) })
            .await
    }

    fn call_path(&self, call: &CarrierCall) -> String {
        format!("{}/{}.json", self.calls, segment(call.as_str()))
    }

    /// Repeats a request that may be carried out twice.
    async fn again<T, F: Future<Output = Result<T, RestError>>>(
        &self,
        doing: &'static str,
        patience: &Patience<'_>,
        attempt: impl FnMut() -> F,
    ) -> Result<T, RestError> {
        persist(doing, patience, self.backoff, &self.others, RestError::may_retry, attempt).await
    }
}

fn create_form(call: &NewCall<'_>) -> String {
    let ring = call.ring.as_secs().clamp(1, 600).to_string();
    let mut form = Serializer::new(String::new());
    form.append_pair("To", call.to).append_pair("From", call.from);
    form.append_pair("Url", call.url).append_pair("Method", "POST");
    form.append_pair("StatusCallback", call.status_callback).append_pair("StatusCallbackMethod", "POST");
    for event in ["initiated", "ringing", "answered", "completed"] {
        form.append_pair("StatusCallbackEvent", event);
    }
    form.append_pair("Timeout", &ring);
    form.finish()
}

/// One segment of a path: whatever the text is, it stays one segment.
fn segment(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

/// What we read of a call; the rest of it is left alone.
#[derive(Deserialize)]
struct CallBody {
    sid: String,
    status: Option<String>,
    start_time: Option<String>,
    direction: Option<String>,
    from: Option<String>,
}

#[derive(Deserialize)]
struct PageBody {
    calls: Vec<CallBody>,
    next_page_uri: Option<String>,
}

impl CallBody {
    fn summary(&self) -> Option<CallSummary> {
        let start = self.start_time.as_deref().and_then(read_time);
        Some(CallSummary {
            carrier_call: carrier_call(&self.sid)?,
            status: self.status.as_deref().and_then(leg_status),
            started: start,
            inbound: self.direction.as_deref() == Some("inbound"),
            from: Caller::from_carrier(self.from.as_deref().unwrap_or_default()),
        })
    }
}

/// A second since 1970 as a filter takes it.
fn second(since: i64) -> String {
    jiff::Timestamp::from_second(since).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
}

/// Twilio writes RFC 2822, Telnyx ISO 8601.
fn read_time(text: &str) -> Option<Timestamp> {
    let time = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).or_else(|_| text.parse());
    time.ok().map(|time: jiff::Timestamp| Timestamp(time.as_millisecond()))
}
