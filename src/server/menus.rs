//! Menus rendered once: their words are the same for every caller.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;

use crate::engine::Given;
use crate::floor::treatment::Opening;
use crate::floor::treatment::Treatment;
use crate::flow::Flow;
use crate::render::Links;
use crate::render::twiml::Template;
use crate::vocab::Language;
use crate::vocab::StepId;

/// Menus kept; a practice has some ten (steps, languages, openings), and old flow versions go when this is full.
const MENUS_MAX: usize = 1_000;

/// Which menu: the flow by its place in memory, which stays taken while its templates are here.
type Key = (usize, StepId, Language, u8);

/// A rendered menu, and the flow it is from.
type Rendered = (Arc<Flow>, Arc<Template>);

/// Rendered menus.
#[derive(Default)]
pub(super) struct Menus(RwLock<BTreeMap<Key, Rendered>>);

impl Menus {
    /// The document, if this treatment is a menu.
    pub(super) fn document(&self, given: &Given, links: Links<'_>) -> Option<Vec<u8>> {
        let Treatment::Menu { step, language, opening } = given.treatment.as_ref() else { return None };
        let key = (Arc::as_ptr(&given.flow).addr(), step.clone(), language.clone(), number(*opening));
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key).map(|(_, t)| Arc::clone(t));
        let template = known.unwrap_or_else(|| {
            let made = Arc::new(Template::of(&given.treatment, &given.flow, links));
            let mut menus = self.0.write().unwrap_or_else(PoisonError::into_inner);
            if menus.len() >= MENUS_MAX {
                menus.clear();
            }
            menus.insert(key, (Arc::clone(&given.flow), Arc::clone(&made)));
            made
        });
        Some(template.fill(given.leg, given.serial, links))
    }
}

fn number(opening: Opening) -> u8 {
    match opening {
        Opening::Greeting => 0,
        Opening::Plain => 1,
        Opening::NotHeard => 2,
        Opening::NotAChoice => 3,
        Opening::TooManyCalls => 4,
        Opening::TooManyHidden => 5,
        Opening::AllBusy => 6,
    }
}
