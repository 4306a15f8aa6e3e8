//! Which column of a call log holds what: by the headings that phone systems use, or as somebody says.

use std::fmt;

use jiff::tz::TimeZone;

use super::log;
use super::log::Direction;
use super::log::LoggedCall;
use crate::vocab::Caller;
use crate::vocab::Number;

/// What is read of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// When the call began.
    Start,
    /// Who called.
    From,
    /// Who was called.
    To,
    /// Inbound or outbound.
    Direction,
    /// How it ended.
    Status,
    /// How long it took.
    Duration,
    /// What the phone system calls it: a call that is listed twice is one call.
    Call,
}

impl Column {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Start, Self::From, Self::To, Self::Direction, Self::Status, Self::Duration, Self::Call];

    /// Its name in `--columns`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::From => "from",
            Self::To => "to",
            Self::Direction => "direction",
            Self::Status => "status",
            Self::Duration => "duration",
            Self::Call => "call",
        }
    }

    /// Headings under which it is known, as [`plain`] writes them: Twilio's API and console, and common phone systems.
    fn headings(self) -> &'static [&'static str] {
        match self {
            Self::Start => {
                &["starttime", "start", "datecreated", "datetime", "date", "time", "calltime", "starttimeutc"]
            }
            Self::From => &["from", "fromformatted", "caller", "callerid", "callingnumber", "source", "src"],
            Self::To => &["to", "toformatted", "called", "callednumber", "dialednumber", "destination", "dst"],
            Self::Direction => &["direction", "calldirection", "type", "calltype"],
            Self::Status => &["status", "callstatus", "result", "disposition", "outcome", "calloutcome"],
            Self::Call => &["callsid", "sid", "callid", "uniqueid"],
            Self::Duration => &["duration", "durationseconds", "durationsec", "callduration", "length", "billsec"],
        }
    }
}

/// A column that the file does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingColumn {
    /// What it would hold.
    pub column: Column,
    /// The heading that was asked for, if one was.
    pub asked: Option<String>,
    /// The file's headings.
    pub found: Vec<String>,
}

impl fmt::Display for MissingColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.asked {
            Some(asked) => write!(f, "no column is headed `{asked}`")?,
            None => write!(f, "no column is known to hold the call's {}", self.column.name())?,
        }
        write!(
            f,
            "; the file has: {}. Say which it is with --columns {}=HEADING",
            self.found.join(", "),
            self.column.name()
        )
    }
}

/// A value that cannot be read. It is not repeated: in a damaged row it may be a person's number or name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unread(pub Column);

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = match self.0 {
            Column::Start => "a time, like 2026-11-16 09:04:05",
            Column::Direction => "inbound or outbound",
            Column::Status => "a status, like completed or no-answer",
            Column::Duration => "seconds, or 0:01:15",
            Column::From | Column::To => "a number",
            Column::Call => "an id",
        };
        write!(f, "its {} is not {expected}", self.0.name())
    }
}

/// Where each value stands in a row: in one column, or in several that are read together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    start: Place,
    from: Place,
    to: Place,
    status: Place,
    direction: Option<Place>,
    duration: Option<Place>,
    call: Option<Place>,
}

type Place = Vec<usize>;

impl Columns {
    /// Finds the columns by their headings; `asked` names some of them.
    ///
    /// # Errors
    /// A column that is needed is not there: start, from, to, status, or one that was asked for.
    pub fn find(headings: &[&str], asked: &[(Column, String)]) -> Result<Self, MissingColumn> {
        let at = |wanted: &str| headings.iter().position(|heading| plain(heading) == plain(wanted));
        let place = |column: Column| -> Result<Place, MissingColumn> {
            let asked = asked.iter().rev().find(|(named, _)| *named == column).map(|(_, heading)| heading);
            let place: Option<Place> = match asked {
                Some(asked) => asked.split('+').map(at).collect(),
                None => column.headings().iter().find_map(|known| at(known)).map(|at| vec![at]),
            };
            place.ok_or_else(|| MissingColumn {
                column,
                asked: asked.cloned(),
                found: headings.iter().map(|heading| (*heading).to_owned()).collect(),
            })
        };
        let optional = |column| match place(column) {
            Err(missing) if missing.asked.is_none() => Ok(None),
            found => found.map(Some),
        };
        Ok(Self {
            start: place(Column::Start)?,
            from: place(Column::From)?,
            to: place(Column::To)?,
            status: place(Column::Status)?,
            direction: optional(Column::Direction)?,
            duration: optional(Column::Duration)?,
            call: optional(Column::Call)?,
        })
    }

    /// Does the log say which way calls went? If not, the practice's own numbers must.
    pub fn say_direction(&self) -> bool {
        self.direction.is_some()
    }

    /// What the phone system calls a row's call, if it says.
    pub fn call(&self, cells: &[&str]) -> Option<String> {
        let id = cell(cells, self.call.as_ref()?);
        Some(id.trim().to_owned()).filter(|id| !id.is_empty())
    }

    /// Reads a row. Without a column for it, a call to one of `ours` is inbound.
    ///
    /// # Errors
    /// The first value that cannot be read.
    pub fn read(&self, row: u64, cells: &[&str], zone: &TimeZone, ours: &[Number]) -> Result<LoggedCall, Unread> {
        let cell = |place: &Place| cell(cells, place);
        let (from, to) = (number(&cell(&self.from)), number(&cell(&self.to)));
        let direction = match &self.direction {
            Some(place) => log::direction(&cell(place)).ok_or(Unread(Column::Direction))?,
            None if to.as_ref().is_some_and(|to| ours.contains(to)) => Direction::Inbound,
            None => Direction::Outbound,
        };
        let length = self.duration.as_ref().map_or(Some(None), |place| log::length(&cell(place)));
        Ok(LoggedCall {
            row,
            at: log::time(&cell(&self.start), zone).ok_or(Unread(Column::Start))?,
            direction,
            other: if direction == Direction::Inbound { from } else { to },
            answered: log::answered(&cell(&self.status)).ok_or(Unread(Column::Status))?,
            length: length.ok_or(Unread(Column::Duration))?,
        })
    }
}

/// What stands there, of several columns one after the other.
fn cell(cells: &[&str], place: &[usize]) -> String {
    let cells: Vec<&str> = place.iter().map(|at| cells.get(*at).copied().unwrap_or_default()).collect();
    cells.join(" ")
}

/// Only the letters and digits, in lower case: `Start Time`, `start_time` and `StartTime` are one heading.
fn plain(heading: &str) -> String {
    heading.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

/// A number as logs write it: `+1 (555) 010-0100`, `15550100100`, `5550100100`. What is none (`anonymous`) is hidden.
fn number(text: &str) -> Option<Number> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let international = match digits.len() {
        10 if !text.trim_start().starts_with('+') => format!("+1{digits}"),
        _ => format!("+{digits}"),
    };
    let is_named = text.contains(|c: char| c.is_ascii_alphabetic());
    Caller::from_carrier(&international).number.filter(|_| !is_named)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWILIO: [&str; 7] = ["Call SID", "From", "To", "Direction", "Status", "Start Time", "Duration"];

    #[test]
    fn the_carriers_headings_are_known() {
        let columns = Columns::find(&TWILIO, &[]).unwrap();
        let cells = ["CA1", "+1 (555) 011-0001", "+15550100100", "inbound", "no-answer", "2026-11-16T15:00:00Z", "0"];
        let call = columns.read(2, &cells, &TimeZone::UTC, &[]).unwrap();
        assert_eq!((call.direction, call.answered), (Direction::Inbound, false));
        assert_eq!(call.other, Number::parse("+15550110001").ok());
        assert!(Columns::find(&["sid", "from", "to", "status", "start_time", "duration", "direction"], &[]).is_ok());
    }

    #[test]
    fn others_are_told_and_a_missing_one_is_named() {
        let headings = ["When", "Who", "Line", "End"];
        let missing = Columns::find(&headings, &[]).unwrap_err();
        assert_eq!(
            missing.to_string(),
            "no column is known to hold the call's start; the file has: When, Who, Line, End. Say which it is with \
             --columns start=HEADING"
        );
        let asked = |pairs: &[(Column, &str)]| pairs.iter().map(|(c, h)| (*c, (*h).to_owned())).collect::<Vec<_>>();
        let all = [(Column::Start, "when"), (Column::From, "Who"), (Column::To, "Line"), (Column::Status, "End")];
        let columns = Columns::find(&headings, &asked(&all)).unwrap();
        assert!(!columns.say_direction());
        let ours = [Number::parse("+15550100100").unwrap()];
        let row =
            |to| columns.read(2, &["2026-11-16 09:00", "anonymous", to, "missed"], &TimeZone::UTC, &ours).unwrap();
        assert_eq!(
            (row("555-010-0100").direction, row("555-011-0001").direction),
            (Direction::Inbound, Direction::Outbound)
        );
        assert_eq!(row("555-010-0100").other, None);
        let wrong = Columns::find(&headings, &asked(&[(Column::Duration, "Long")])).unwrap_err();
        assert_eq!(wrong.column, Column::Start);
    }

    #[test]
    fn a_date_and_a_time_in_columns_of_their_own_are_one_start() {
        let headings = ["Day", "Clock", "From", "To", "Status"];
        let columns = Columns::find(&headings, &[(Column::Start, "Day+Clock".to_owned())]).unwrap();
        let read = |day| columns.read(2, &[day, "9:00 AM", "", "", "missed"], &TimeZone::UTC, &[]);
        assert_eq!(read("11/16/2026").map(|call| call.at.rfc3339()), Ok("2026-11-16T09:00:00.000Z".to_owned()));
        let unread = read("+15550110001").unwrap_err().to_string();
        assert_eq!(unread, "its start is not a time, like 2026-11-16 09:04:05");
    }
}
