//! The practice of the scenarios, checked as any other: `tests/scenarios/practice/elm.yaml` and its team.

use std::path::Path;
use std::sync::Arc;
use std::sync::LazyLock;

use carelane::floor::event::Event;
use carelane::floor::event::FlowFile;
use carelane::floor::event::TeamFile;
use carelane::flow::Team;
use carelane::flow::check_flow;
use carelane::flow::check_team;

/// The number patients dial.
pub(crate) const NUMBER: &str = "+15550100300";

/// The number its assistants dial.
pub(crate) const STAFF_NUMBER: &str = "+15550100399";

/// The texts of both files, perhaps edited, and their versions.
pub(crate) struct Practice {
    pub(crate) flow: String,
    pub(crate) team: String,
    /// Counts edits: it stands in the version's name.
    version: u32,
}

impl Practice {
    /// As in the files.
    pub(crate) fn read() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/practice");
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        Self { flow: read("elm.yaml"), team: read("elm.team.yaml"), version: 1 }
    }

    /// As in the files, checked only once: days begin often.
    pub(crate) fn opening() -> &'static [Event] {
        static OPENING: LazyLock<Vec<Event>> = LazyLock::new(|| {
            let practice = Practice::read();
            vec![
                Event::FloorOpened("elm-floor".into()),
                practice.team_offered().unwrap(),
                practice.flow_offered().unwrap(),
            ]
        });
        &OPENING
    }

    /// A new version of either file.
    pub(crate) fn edit(&mut self, file: &str, from: &str, to: &str) -> Result<Event, String> {
        self.version += 1;
        let text = match file {
            "flow" => &mut self.flow,
            "team" => &mut self.team,
            other => return Err(format!("no file {other}: flow or team")),
        };
        if !text.contains(from) {
            return Err(format!("{file} has no {from:?}"));
        }
        *text = text.replacen(from, to, 1);
        if file == "flow" { self.flow_offered() } else { self.team_offered() }
    }

    /// Another practice of this name and number, with the same lanes and people.
    pub(crate) fn another(&self, name: &str, number: &str) -> Result<Event, String> {
        let id = name.split(' ').next().unwrap_or_default().to_lowercase();
        let text =
            self.flow.replace(NUMBER, number).replace("id: elm", &format!("id: {id}")).replace("Elm Clinic", name);
        let without_staff = text.lines().filter(|line| !line.contains("staff_number"));
        self.offered(
            &format!("{id}.yaml"),
            without_staff
                .map(|line| {
                    format!(
                        "{line}
"
                    )
                })
                .collect(),
        )
    }

    /// A new version of the team file that ends before this text.
    pub(crate) fn cut(&mut self, from: &str) -> Result<Event, String> {
        let at = self.team.find(from).ok_or_else(|| format!("team has no {from:?}"))?;
        self.version += 1;
        self.team.truncate(at);
        self.team_offered()
    }

    /// The flow as an event.
    pub(crate) fn flow_offered(&self) -> Result<Event, String> {
        self.offered("elm.yaml", self.flow.clone())
    }

    fn offered(&self, file: &str, text: String) -> Result<Event, String> {
        let (flow, problems) = check_flow(file, &text, &[self.checked_team()?]);
        let flow = flow.ok_or_else(|| problems.iter().map(|p| p.render(&text, false)).collect::<String>())?;
        let hash = format!("v{}", self.version).into();
        Ok(Event::FlowOffered(Box::new(FlowFile { hash, text: text.into(), flow: Arc::new(flow) })))
    }

    /// The team as an event.
    pub(crate) fn team_offered(&self) -> Result<Event, String> {
        let team = Arc::new(self.checked_team()?);
        let hash = format!("v{}", self.version).into();
        Ok(Event::TeamOffered(Box::new(TeamFile { hash, text: self.team.as_str().into(), team })))
    }

    fn checked_team(&self) -> Result<Team, String> {
        let (team, problems) = check_team("elm.team.yaml", &self.team);
        team.ok_or_else(|| problems.iter().map(|p| p.render(&self.team, false)).collect::<String>())
    }
}
