//! The whole state as text: two floors with the same text are the same floor, on whatever machine.
//!
//! It is for comparing, not for reading back. Personal texts are not in it, so it can be shown and kept.

use std::fmt;
use std::sync::Arc;

use super::Floor;
use crate::flow::Flow;

impl Floor {
    /// Writes the state. A flow is written once, however many calls and legs keep it; elsewhere stands its number.
    ///
    /// # Errors
    /// Only `out`'s own.
    pub fn write_state(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let mut bare = self.clone();
        bare.recovered();
        let mut versions: Vec<(Arc<Flow>, Arc<Flow>)> = Vec::new();
        for slot in bare.flows_mut() {
            let known = versions.iter().find(|(flow, _)| Arc::ptr_eq(flow, slot)).map(|(_, name)| name.clone());
            *slot = known.unwrap_or_else(|| {
                let name = Arc::new(named(slot, versions.len()));
                versions.push((slot.clone(), name.clone()));
                name
            });
        }
        for (flow, _) in &versions {
            writeln!(out, "{flow:?}")?;
        }
        writeln!(out, "{bare:?}")
    }

    fn flows_mut(&mut self) -> impl Iterator<Item = &mut Arc<Flow>> {
        let practices = self.practices.values_mut().map(|practice| &mut practice.flow);
        let calls = self.calls.values_mut().map(|call| &mut call.flow);
        let legs = self.legs.values_mut().map(|leg| &mut leg.flow);
        let items = self.items.values_mut().map(|item| &mut item.flow);
        practices.chain(calls).chain(legs).chain(items)
    }
}

/// A flow that says only which one it stands for.
fn named(flow: &Flow, number: usize) -> Flow {
    let mut name = flow.clone();
    name.practice = format!("{}, flow {number}", flow.practice).as_str().into();
    name.steps.clear();
    name.lanes.clear();
    name.wording.clear();
    name.urgent.phrases.clear();
    name.urgent.crisis.clear();
    name
}
