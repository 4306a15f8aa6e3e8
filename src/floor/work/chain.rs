//! Chains: work that follows a request, stage by stage. Closing one stage opens the next as an item of its own, with
//! the owner and the target that the flow declares, linked to the one before.
//!
//! A stage is the practice's own work, not its caller's request: who calls again does not join it, and nobody is put
//! forward for it.

use crate::floor::call::Call;
use crate::floor::clinical::Request;
use crate::floor::details::Details;
use crate::floor::details::Standing;
use crate::floor::fact::ChainLink;
use crate::floor::fact::Fact;
use crate::floor::fact::ItemKind;
use crate::floor::hours;
use crate::floor::turn::Turn;
use crate::floor::work::item::Item;
use crate::flow::Chain;
use crate::flow::Flow;
use crate::flow::Patient;
use crate::vocab::ItemId;
use crate::vocab::LaneId;
use crate::vocab::OutcomeId;

/// The chain that begins when a request of this lane is done so.
// rule: chain-follows
fn begun<'f>(flow: &'f Flow, lane: &LaneId, outcome: &OutcomeId, details: &Details) -> Option<&'f Chain> {
    let concerns = |patient: Patient| match patient {
        // Nobody is taken for new because nobody asked.
        Patient::New => details.standing == Some(Standing::New),
        Patient::Existing => details.standing == Some(Standing::Existing),
        Patient::Any => true,
    };
    let mut chains = flow.desk.chains.iter();
    chains.find(|chain| chain.lane == *lane && chain.outcomes.contains(outcome) && concerns(chain.patient))
}

/// What follows a call that is closed so.
pub(in crate::floor) fn after_call(call: &Call, outcome: &OutcomeId) -> Option<(Request, ChainLink)> {
    let chain = begun(&call.flow, &call.lane()?.id, outcome, &call.details)?;
    let stage = chain.stages.first()?.id.clone();
    Some((Request::of_call(call), ChainLink { chain: chain.id.clone(), stage, after: None }))
}

/// What follows an item that is closed so: the next stage of its chain, or the first of one that begins.
pub(in crate::floor) fn after_item(of: &Request, item: &Item, outcome: &OutcomeId) -> Option<ChainLink> {
    let after = Some(item.new.item);
    let flow = of.flow();
    if let Some(link) = &item.new.chain {
        let (chain, at) = flow.desk.stage(&link.chain, &link.stage)?;
        let stage = chain.stages.get(at + 1)?.id.clone();
        return Some(ChainLink { chain: chain.id.clone(), stage, after });
    }
    let chain = begun(flow, &item.new.lane, outcome, &item.new.details)?;
    Some(ChainLink { chain: chain.id.clone(), stage: chain.stages.first()?.id.clone(), after })
}

impl Turn<'_> {
    /// Opens a stage.
    pub(in crate::floor) fn open_stage(&mut self, of: Request, link: ChainLink) {
        let flow = of.flow().clone();
        let Some((chain, at)) = flow.desk.stage(&link.chain, &link.stage) else { return };
        let Some((stage, lane)) = chain.stages.get(at).and_then(|stage| Some((stage, flow.lane(&stage.lane)?))) else {
            return;
        };
        let due_at = hours::after_open_time(&flow, self.now, stage.within);
        let item = ItemId(self.floor.minted.item + 1);
        let mut new = of.item(item, ItemKind::Stage, lane, due_at);
        new.owner = stage.owner.clone();
        new.chain = Some(link);
        self.fact(Fact::ItemOpened(Box::new(new)));
    }
}

impl Item {
    /// Which stage of how many it is, counted from 1.
    pub fn stage(&self) -> Option<(&Chain, usize)> {
        let link = self.new.chain.as_ref()?;
        self.flow.desk.stage(&link.chain, &link.stage).map(|(chain, at)| (chain, at + 1))
    }
}
